//! Secrets that only their field's name tells.

use crate::schema::classes::{credential, Class};
use crate::schema::words::Words;

pub fn scan(words: &Words, _: &str) -> Option<Class> {
    if words.any(&["csrf", "xsrf", "csrftoken", "xsrftoken", "csrfmiddlewaretoken"]) {
        return None; // of no use to anybody without the session that it belongs to
    }
    if words.any(&["password", "passwd", "pwd", "passphrase", "passcode"]) {
        return Some(credential("password"));
    }
    if words.together(&["apikey", "accesskey", "secretkey"]) {
        return Some(credential("api_key"));
    }
    if words.together(&["accesstoken", "refreshtoken", "authtoken", "idtoken", "sessiontoken"])
        || words.any(&["token"])
    {
        return Some(credential("token"));
    }
    let secret = words.any(&["secret"]) || words.together(&["clientsecret", "privatekey"]);
    secret.then(|| credential("secret"))
}
