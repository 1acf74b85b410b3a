//! The commands of a piece of shell with their words, as far as pages and workflows have any: quotes, pipes, lists, comments,
//! substitutions, redirections and here-documents. `bash -n` judges the grammar; this tells what would be run.

/// One command: its program and its arguments, without assignments and redirections. A variable stays as it is written, and
/// a substitution is `$`.
pub type Command = Vec<String>;

/// The commands of a script, those within substitutions included, in no particular order.
pub fn commands(script: &str) -> Vec<Command> {
    let mut reader = Reader { word: None, command: Vec::new(), redirection: false, found: Vec::new() };
    reader.read(&without_documents(&script.replace("\\\n", " ")));
    reader.found
}

/// After these words comes a command again.
const KEYWORDS: [&str; 14] =
    ["time", "if", "then", "elif", "else", "fi", "while", "until", "do", "done", "!", "{", "}", "exec"];

struct Reader {
    word: Option<String>,
    command: Command,
    /// Whether the next word is the file of a redirection.
    redirection: bool,
    found: Vec<Command>,
}

impl Reader {
    fn read(&mut self, script: &str) {
        let mut quote = None;
        let mut characters = script.chars().peekable();
        while let Some(character) = characters.next() {
            match (quote, character) {
                (Some('\''), '\'') | (Some('"'), '"') => quote = None,
                (Some('\''), _) => self.push(character),
                (_, '\\') => characters.next().into_iter().for_each(|next| self.push(next)),
                (_, '$') if characters.peek() == Some(&'(') => {
                    characters.next();
                    let within = within_parentheses(&mut characters);
                    // `$((…))` is arithmetic.
                    self.found.extend(if within.starts_with('(') { Vec::new() } else { commands(&within) });
                    self.push('$');
                }
                (Some(_), _) => self.push(character),
                (None, '\'' | '"') => {
                    quote = Some(character);
                    self.word.get_or_insert_default();
                }
                (None, '#') if self.word.is_none() => while characters.next_if(|next| *next != '\n').is_some() {},
                (None, '>' | '<') => self.redirect(&mut characters),
                (None, '\n' | ';' | '|' | '&' | '(' | ')') => self.end_command(),
                (None, ' ' | '\t') => self.end_word(),
                (None, _) => self.push(character),
            }
        }
        self.end_command();
    }

    fn push(&mut self, character: char) {
        self.word.get_or_insert_default().push(character);
    }

    /// A descriptor before it is no argument, nor is the file behind it; `<(…)` is a command.
    fn redirect(&mut self, characters: &mut std::iter::Peekable<std::str::Chars<'_>>) {
        if self.word.as_ref().is_some_and(|word| word.chars().all(|c| c.is_ascii_digit())) {
            self.word = None;
        }
        self.end_word();
        while characters.next_if(|next| matches!(next, '>' | '<' | '&')).is_some() {}
        if characters.next_if_eq(&'(').is_some() {
            self.found.extend(commands(&within_parentheses(characters)));
            self.push('$');
        } else {
            self.redirection = true;
        }
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        let is_assignment = word.split_once('=').is_some_and(|(name, _)| name.chars().all(is_of_a_name));
        if std::mem::take(&mut self.redirection) {
            return;
        }
        if !self.command.is_empty() || !is_assignment && !KEYWORDS.contains(&word.as_str()) {
            self.command.push(word);
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.redirection = false;
        if !self.command.is_empty() {
            self.found.push(std::mem::take(&mut self.command));
        }
    }
}

fn is_of_a_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn within_parentheses(characters: &mut impl Iterator<Item = char>) -> String {
    let mut depth = 1;
    characters
        .take_while(|character| {
            depth += match character {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            depth > 0
        })
        .collect()
}

/// The script without the bodies of its here-documents.
fn without_documents(script: &str) -> String {
    let (mut kept, mut end) = (String::new(), None::<String>);
    for line in script.lines() {
        match &end {
            Some(word) if line.trim() == word => end = None,
            Some(_) => {}
            None => {
                end = line.split_once("<<").filter(|(_, rest)| !rest.starts_with('<')).map(|(_, rest)| {
                    rest.trim_start_matches('-')
                        .trim_start_matches(['\'', '"'])
                        .chars()
                        .take_while(|c| is_of_a_name(*c))
                        .collect()
                });
                kept.extend([line, "\n"]);
            }
        }
    }
    kept
}
