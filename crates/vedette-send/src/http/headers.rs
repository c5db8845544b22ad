//! Request headers, checked once and then cheap to copy.

use ureq::http::{HeaderMap, HeaderName, HeaderValue};

use crate::config::Error;

/// Request headers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Headers(pub HeaderMap);

impl Headers {
    pub fn new() -> Headers {
        Headers::default()
    }

    /// Adds headers that come from settings; names or values that HTTP does not allow are an error.
    pub fn extend(mut self, pairs: &[(String, String)]) -> Result<Headers, Error> {
        for (name, value) in pairs {
            let error = || Error::Header(name.clone());
            let key = HeaderName::try_from(name.trim()).map_err(|_| error())?;
            self.0.insert(key, HeaderValue::try_from(value.trim()).map_err(|_| error())?);
        }
        Ok(self)
    }

    /// Sets a header to a text of unknown origin; what cannot be written in a header is left out.
    pub fn with(mut self, name: &'static str, value: &str) -> Headers {
        if let (false, Ok(value)) = (value.is_empty(), HeaderValue::try_from(value)) {
            self.0.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// Sets a header to a number.
    pub fn with_number(mut self, name: &'static str, number: u64) -> Headers {
        self.0.insert(HeaderName::from_static(name), HeaderValue::from(number));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_in_a_header_is_refused() {
        let pair = |name: &str, value: &str| vec![(name.to_string(), value.to_string())];
        assert!(Headers::new().extend(&pair("api-key", "k\r\nx: y")).is_err());
        assert!(Headers::new().extend(&pair("api key", "k")).is_err());
        assert_eq!(Headers::new().extend(&pair(" Api-Key ", " k ")).unwrap().0["api-key"], "k");
    }
}
