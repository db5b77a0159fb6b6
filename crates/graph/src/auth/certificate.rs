//! A certificate with its key, by which an app proves that it is the app (crates/graph/RULES.md
//! 1.1).

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PSS_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::{ExposeSecret, SecretString};

/// A certificate with its RSA key. Printing it shows the thumbprint only.
#[derive(Clone)]
pub struct Certificate {
    key: Arc<RsaKeyPair>,
    thumbprint: String,
}

/// A certificate that can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The file system said no.
    #[error("{path}: {error}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The underlying error.
        #[source]
        error: std::io::Error,
    },
    /// The file is neither PEM nor PFX, or another password opens it.
    #[error("{path}: {reason}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// The reason in words.
        reason: &'static str,
    },
}

impl Certificate {
    /// Reads a file: PEM, with the key (PKCS#8 or PKCS#1, not encrypted) and the certificate in any
    /// order; or PFX (PKCS#12), which `password` opens.
    ///
    /// # Errors
    /// When the file can't be read, holds no RSA key with its certificate, or has another
    /// password.
    pub fn read(path: &Path, password: &SecretString) -> Result<Self, CertificateError> {
        let bytes = std::fs::read(path).map_err(|error| CertificateError::Io {
            path: path.to_owned(),
            error,
        })?;
        let parsed = if memchr::memmem::find(&bytes, b"-----BEGIN ").is_some() {
            from_pem(&bytes)
        } else {
            from_pfx(&bytes, password.expose_secret())
        };
        parsed.map_err(|reason| CertificateError::Unusable {
            path: path.to_owned(),
            reason,
        })
    }

    /// The SHA-256 of the certificate in base64url: `x5t#S256`.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    fn new(key: RsaKeyPair, certificate: &[u8]) -> Self {
        Self {
            key: Arc::new(key),
            thumbprint: URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate)),
        }
    }

    /// Signs by PS256, which is what Entra asks for.
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(
                &RSA_PSS_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .ok()?;
        Some(signature)
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("thumbprint", &self.thumbprint)
            .finish_non_exhaustive()
    }
}

fn from_pem(bytes: &[u8]) -> Result<Certificate, &'static str> {
    const NO_KEY: &str = "there is no RSA key in it that is not encrypted";
    let certificate = CertificateDer::from_pem_slice(bytes)
        .map_err(|_| "there is no certificate in it, only a key")?;
    let key = match PrivateKeyDer::from_pem_slice(bytes).map_err(|_| NO_KEY)? {
        PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
        PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
        _ => return Err(NO_KEY),
    };
    Ok(Certificate::new(key.map_err(|_| NO_KEY)?, &certificate))
}

fn from_pfx(bytes: &[u8], password: &str) -> Result<Certificate, &'static str> {
    let store = KeyStore::from_pkcs12(bytes, password, Pkcs12ImportPolicy::Relaxed)
        .map_err(|_| "it is neither PEM nor a PFX that CHATFERRY_CERTIFICATE_PASSWORD opens")?;
    let (_, chain) = store
        .private_key_chain()
        .ok_or("there is no key in it; export the certificate with its private key")?;
    let key = RsaKeyPair::from_pkcs8(chain.key().as_der())
        .map_err(|_| "its key is not an RSA key of at least 2048 bits")?;
    let certificate = chain
        .certs()
        .first()
        .ok_or("there is no certificate in it")?;
    Ok(Certificate::new(key, certificate.as_der()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, password: &str) -> Result<Certificate, CertificateError> {
        let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys");
        Certificate::read(&keys.join(name), &password.to_owned().into())
    }

    #[test]
    fn every_form_holds_the_same_certificate() {
        for name in ["app.pem", "pkcs1.pem", "aes.pfx", "legacy.pfx"] {
            let certificate = read(name, "planted-pfx-word").unwrap();
            insta::allow_duplicates! {
                insta::assert_snapshot!(certificate.thumbprint(), @"UIyftBJTh4E0FNi5B83j32cVifqB-_nYX5GFwKnvQ3g");
            }
            assert_eq!(certificate.sign(b"x").unwrap().len(), 256);
            assert!(!format!("{certificate:?}").contains("key:"));
        }
    }

    #[test]
    fn what_can_t_be_used_is_told_without_the_password() {
        for (name, password) in [
            ("aes.pfx", "another-word"),
            ("README.md", "planted-pfx-word"),
            ("gone.pem", ""),
        ] {
            let error = read(name, password).unwrap_err().to_string();
            assert!(error.contains(name) && !error.contains("word"), "{error}");
        }
        let only_key = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        assert!(from_pem(only_key).unwrap_err().contains("only a key"));
    }
}
