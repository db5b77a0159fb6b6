//! Images within texts, read back and compared byte by byte with those that were sent.

use std::path::Path;

use chatferry_model::deferred::PostImage;
use futures_util::{StreamExt as _, stream};

use super::VerifyFailure;
use crate::client::Client;
use crate::observer::Observer;
use crate::requests::{self, Thread};
use crate::retry::RetryAction;

/// Images that are read at the same time: each is in memory whole.
const AT_ONCE: usize = 8;

/// The images of one message.
pub(super) struct Shown {
    /// As they were sent, in the order of the text.
    pub(super) sent: Vec<PostImage<'static>>,
    /// The images as Teams has them, in the order of its text.
    pub(super) addresses: Vec<String>,
}

/// The context of reading images.
#[derive(Clone, Copy)]
pub(super) struct Images<'a> {
    pub(super) client: &'a Client,
    pub(super) observer: &'a dyn Observer,
    pub(super) thread: &'a Thread,
    /// `3-render/images`
    pub(super) folder: &'a Path,
}

impl Shown {
    /// The images of a post in the order in which its text shows them.
    pub(super) fn new(content: &str, images: &[PostImage<'_>], addresses: Vec<String>) -> Self {
        let place =
            |image: &PostImage<'_>| content.find(&format!("../hostedContents/{}/$value", image.id));
        let mut sent: Vec<_> = images.iter().map(PostImage::to_static).collect();
        sent.sort_by_key(place);
        Self { sent, addresses }
    }
}

impl Images<'_> {
    /// Returns the differences between the images of each message; nothing where they are the same.
    pub(super) async fn differ(
        self,
        shown: &[Shown],
    ) -> Result<Vec<Option<String>>, VerifyFailure> {
        let mut differ = Vec::with_capacity(shown.len());
        let mut each = stream::iter(shown)
            .map(|shown| self.differs(shown))
            .buffered(AT_ONCE);
        while let Some(found) = each.next().await {
            differ.push(found?);
        }
        Ok(differ)
    }

    async fn differs(self, shown: &Shown) -> Result<Option<String>, VerifyFailure> {
        let (there, sent) = (shown.addresses.len(), shown.sent.len());
        if there != sent {
            return Ok(Some(format!("{there} images instead of {sent}")));
        }
        for (image, address) in shown.sent.iter().zip(&shown.addresses) {
            if let Some(words) = self.one_differs(image, address).await? {
                return Ok(Some(format!("{}: {words}", image.name)));
            }
        }
        Ok(None)
    }

    async fn one_differs(
        self,
        image: &PostImage<'_>,
        address: &str,
    ) -> Result<Option<String>, VerifyFailure> {
        let address = html_escape::decode_html_entities(address);
        let Some(path) = self.client.path_of(&address) else {
            return Ok(Some("it is on another host".to_owned()));
        };
        let call = requests::read_image(self.thread, path);
        let found = match self.client.call(&call, 0, self.observer).await {
            Ok(answer) => answer.body,
            Err(failure) if failure.remedy == RetryAction::Abort => return Err(failure.into()),
            Err(failure) => return Ok(Some(failure.error.to_string())),
        };
        match std::fs::read(self.folder.join(&*image.path)) {
            Ok(sent) if sent == found => Ok(None),
            Ok(sent) => Ok(Some(format!(
                "{} bytes that are not the {} that were sent",
                found.len(),
                sent.len()
            ))),
            Err(error) => Ok(Some(format!("{}: {error}", image.path))),
        }
    }
}
