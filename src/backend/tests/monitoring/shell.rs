//! Which commands a piece of shell runs, as far as runbooks have any: words, quotes, pipes, lists, comments, substitutions.

/// The commands of a script: the first word after each thing that begins a command, leaving variables out.
pub fn commands(script: &str) -> Vec<String> {
    let mut reader = Reader { commands: Vec::new(), word: String::new(), at_start: true };
    reader.read(&script.replace("\\\n", " "));
    reader.commands
}

struct Reader {
    commands: Vec<String>,
    word: String,
    /// Whether the next word is a command.
    at_start: bool,
}

/// After these words comes a command again.
const KEYWORDS: [&str; 13] =
    ["time", "if", "then", "elif", "else", "fi", "while", "until", "do", "done", "!", "{", "}"];

impl Reader {
    fn read(&mut self, script: &str) {
        let mut quote = None;
        let mut characters = script.chars().peekable();
        while let Some(character) = characters.next() {
            match (quote, character) {
                (Some('\''), '\'') | (Some('"'), '"') => quote = None,
                (Some('\''), _) => self.word.push(character),
                (_, '\\') => self.word.extend(characters.next()),
                // What is within is a script of its own, wherever it stands.
                (_, '$') if characters.peek() == Some(&'(') => {
                    characters.next();
                    self.commands.extend(commands(&within_parentheses(&mut characters)));
                    self.word.push('$');
                }
                (Some(_), _) => self.word.push(character),
                (None, '\'' | '"') => {
                    quote = Some(character);
                    self.word.push('$');
                }
                (None, '#') if self.word.is_empty() => while characters.next_if(|next| *next != '\n').is_some() {},
                (None, '\n' | ';' | '|' | '&' | '(' | ')') => self.end(true),
                (None, ' ' | '\t') => self.end(false),
                (None, _) => self.word.push(character),
            }
        }
        self.end(true);
    }

    /// A word ends here; and a command too, if it does.
    fn end(&mut self, command_ends: bool) {
        let word = std::mem::take(&mut self.word);
        let is_assignment =
            word.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
        if self.at_start && !word.is_empty() && !is_assignment && !KEYWORDS.contains(&word.as_str()) {
            self.commands.push(word);
            self.at_start = false;
        }
        self.at_start |= command_ends;
    }
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

#[test]
fn the_commands_of_a_script_are_found() {
    for (script, expected) in [
        ("a b | c && d; e", &["a", "c", "d", "e"][..]),
        ("a \\\n  --b 'c | d' \"e; f\" # | g\nh", &["a", "h"]),
        ("X=1 a \"$(b (c) | d)\" | e", &["a", "b", "c", "d", "e"]),
        ("psql -c \"SELECT 1 | 2\nFROM b\"", &["psql"]),
        ("if a; then b; fi", &["a", "b"]),
    ] {
        assert_eq!(commands(script), expected, "{script}");
    }
}
