//! Calls about the tenant's users (crates/graph/RULES.md E22).

use super::{Call, Kind};

/// Lists the users' ids and whether they are guests, 999 a page, which is the most there is
/// (crates/graph/RULES.md R65).
pub(crate) fn list_users() -> Call {
    Call::get(
        Kind::Probe,
        "/users?$select=id,userType&$top=999".to_owned(),
    )
}

/// Lists the users with what mapping matches people by.
pub(crate) fn list_people() -> Call {
    let select = "id,displayName,mail,userPrincipalName,proxyAddresses,otherMails,\
                  accountEnabled,userType,assignedLicenses";
    Call::get(Kind::Read, format!("/users?$select={select}&$top=999"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;
    use super::*;

    #[test]
    fn users() {
        insta::assert_snapshot!(shown(&list_users()), @"
        Probe within Other
        GET /users?$select=id,userType&$top=999
        ");
        insta::assert_snapshot!(shown(&list_people()), @"
        Read within Other
        GET /users?$select=id,displayName,mail,userPrincipalName,proxyAddresses,otherMails,accountEnabled,userType,assignedLicenses&$top=999
        ");
    }
}
