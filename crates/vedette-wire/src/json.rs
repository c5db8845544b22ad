//! Writing JSON without building it first.

/// A JSON text in the making. Commas are put where they belong.
pub(crate) struct Writer {
    out: Vec<u8>,
}

impl Writer {
    pub fn new(capacity: usize) -> Self {
        Writer { out: Vec::with_capacity(capacity) }
    }

    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    /// Writes an object as the next value.
    pub fn object(&mut self, content: impl FnOnce(&mut Self)) {
        self.separate();
        self.out.push(b'{');
        content(self);
        self.out.push(b'}');
    }

    /// Writes a list under `name`.
    pub fn list(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.key(name);
        self.out.push(b'[');
        content(self);
        self.out.push(b']');
    }

    /// Writes the name of the value that comes next.
    pub fn key(&mut self, name: &str) {
        self.separate();
        self.quoted(name);
        self.out.push(b':');
    }

    pub fn text(&mut self, name: &str, text: &str) {
        self.key(name);
        self.quoted(text);
    }

    pub fn truth(&mut self, name: &str, truth: bool) {
        self.key(name);
        self.out.extend_from_slice(if truth { b"true" } else { b"false" });
    }

    pub fn number(&mut self, name: &str, number: u64) {
        self.key(name);
        self.out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }

    /// A 64-bit integer, which protobuf's JSON writes as text.
    pub fn long(&mut self, name: &str, number: u64) {
        self.text(name, itoa::Buffer::new().format(number));
    }

    /// A double; NaN and infinities as the texts that protobuf's JSON gives them.
    pub fn double(&mut self, name: &str, number: f64) {
        match serde_json::Number::from_f64(number) {
            Some(number) => {
                self.key(name);
                self.out.extend_from_slice(number.to_string().as_bytes());
            }
            None if number.is_nan() => self.text(name, "NaN"),
            None => self.text(name, if number > 0.0 { "Infinity" } else { "-Infinity" }),
        }
    }

    fn separate(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':')) {
            self.out.push(b',');
        }
    }

    fn quoted(&mut self, text: &str) {
        // Writing a text into memory cannot fail.
        let _ = serde_json::to_writer(&mut self.out, text);
    }
}
