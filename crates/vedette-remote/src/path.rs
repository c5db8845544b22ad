//! The path of a configuration: `datadog/<organisation>/<product>/<id>/<name>` or `employee/<product>/<id>/<name>`.

/// Bytes of a path.
const LONGEST: usize = 1_000;

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Path<'a> {
    /// What it is about, such as `ASM_DATA`.
    pub product: &'a str,
    /// Which of several.
    pub id: &'a str,
}

impl Path<'_> {
    /// Reads a path; None if it has another form.
    pub fn parse(path: &str) -> Option<Path<'_>> {
        if path.len() > LONGEST {
            return None;
        }
        let parts: Vec<&str> = path.split('/').collect();
        let (product, id, name) = match parts[..] {
            ["datadog", organisation, product, id, name] if is_number(organisation) => (product, id, name),
            ["employee", product, id, name] => (product, id, name),
            _ => return None,
        };
        (![product, id, name].contains(&"")).then_some(Path { product, id })
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let ips = Path { product: "ASM_DATA", id: "ips" };
        assert_eq!(Path::parse("datadog/2/ASM_DATA/ips/config"), Some(ips));
        assert_eq!(Path::parse("employee/ASM_DATA/ips/config"), Some(ips));
    }

    #[test]
    fn other_forms_are_not() {
        for path in
            ["", "/", "datadog/2/ASM/x", "datadog/x/ASM/x/c", "datadog//ASM/x/c", "datadog/2/ASM//c", "a/b/c"]
        {
            assert_eq!(Path::parse(path), None, "{path}");
        }
    }
}
