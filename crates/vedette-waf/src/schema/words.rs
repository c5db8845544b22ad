//! The words of a name: `creditCardNumber`, `credit_card-number` and `CREDIT CARD NUMBER` are the same three.

/// Bytes of a name that are looked at.
const MOST: usize = 128;

/// A name, in lower-case words.
#[derive(Clone, Debug, Default)]
pub struct Words(Vec<String>);

impl Words {
    /// The words of `name`.
    pub fn of(name: &str) -> Words {
        let mut words: Vec<String> = Vec::new();
        let mut before = '_';
        for letter in name.chars().take(MOST) {
            let begins = !before.is_alphanumeric() || (before.is_lowercase() && letter.is_uppercase());
            if letter.is_alphanumeric() {
                if begins {
                    words.push(String::new());
                }
                words.last_mut().into_iter().for_each(|word| word.extend(letter.to_lowercase()));
            }
            before = letter;
        }
        Words(words)
    }

    /// Whether one of the words is one of these.
    pub fn any(&self, known: &[&str]) -> bool {
        self.0.iter().any(|word| known.contains(&word.as_str()))
    }

    /// Whether the words, written together, hold one of these.
    pub fn together(&self, known: &[&str]) -> bool {
        let all = self.0.concat();
        known.iter().any(|part| all.contains(part))
    }
}
