//! What a payload, or the headers of its request, say of the process as a whole. Spans say more of it, and win.

use vedette_model::Process;

use crate::Received;

/// Facts about the sender.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Envelope(Process);

impl Envelope {
    /// Takes one header of a `/v0.x/traces` request; names in lower case, others are passed over.
    pub fn header(&mut self, name: &str, value: &str) {
        let field = match name {
            "datadog-meta-lang" => &mut self.0.language,
            "datadog-meta-lang-version" => &mut self.0.language_version,
            "datadog-meta-lang-interpreter" => &mut self.0.interpreter,
            "datadog-meta-tracer-version" => &mut self.0.tracer_version,
            "datadog-container-id" => &mut self.0.container_id,
            _ => return,
        };
        value.clone_into(field);
    }

    /// Takes one field of a `TracerPayload`, by its name in JSON; false if it is none of them.
    pub fn field(&mut self, name: &str, value: &str) -> bool {
        let field = match name {
            "container_id" => &mut self.0.container_id,
            "language_name" => &mut self.0.language,
            "language_version" => &mut self.0.language_version,
            "tracer_version" => &mut self.0.tracer_version,
            "runtime_id" => &mut self.0.runtime_id,
            "env" => &mut self.0.env,
            "hostname" => &mut self.0.hostname,
            "app_version" => &mut self.0.version,
            _ => return false,
        };
        value.clone_into(field);
        true
    }

    /// Takes one tag that holds for all chunks.
    pub fn tag(&mut self, name: &str, value: &str) {
        if self.0.tags.len() < 512 {
            self.0.tags.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Tells it to what was received, where that does not know better.
    pub fn fill(&self, received: &mut [Received]) {
        for Received { process, .. } in received {
            let pairs = [
                (&mut process.language, &self.0.language),
                (&mut process.language_version, &self.0.language_version),
                (&mut process.interpreter, &self.0.interpreter),
                (&mut process.tracer_version, &self.0.tracer_version),
                (&mut process.container_id, &self.0.container_id),
                (&mut process.runtime_id, &self.0.runtime_id),
                (&mut process.env, &self.0.env),
                (&mut process.hostname, &self.0.hostname),
                (&mut process.version, &self.0.version),
            ];
            pairs
                .into_iter()
                .filter(|(known, _)| known.is_empty())
                .for_each(|(known, told)| known.clone_from(told));
            process.tags.extend(self.0.tags.iter().cloned());
        }
    }
}
