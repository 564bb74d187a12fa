//! The pages that the user sees at the server. A form goes to the address of its own page.

use axum::response::Html;

/// Asks whether the program may do what it asks for.
pub fn consent(scope: &str) -> Html<String> {
    let wishes = [
        ("profile", "see your name"),
        ("issues:write", "close your issues"),
        ("offline_access", "stay signed in"),
    ];
    let asked = wishes.iter().filter(|(name, _)| scope.split(' ').any(|scope| scope == *name));
    let list: String = asked.map(|(_, wish)| format!("<li>{wish}</li>")).collect();
    page("Tracker CLI asks to", &format!("<ul>{list}</ul>{}", buttons("")))
}

/// Asks for the code of another device. `code` is one that its address already has.
pub fn activation(code: Option<&str>) -> Html<String> {
    let code = code.unwrap_or_default();
    let field = format!(r#"<p><label>Code <input name="user_code" value="{code}" required></label></p>"#);
    page("Which code does your device show?", &buttons(&field))
}

pub fn done(text: &str) -> Html<String> {
    page(text, "<p>You can close this page.</p>")
}

fn buttons(fields: &str) -> String {
    format!(
        r#"<form method="post">{fields}
<p><label>Your name <input name="name" value="ann" required></label></p>
<p><button name="answer" value="yes">Allow</button> <button name="answer" value="no">Refuse</button></p>
</form>"#
    )
}

fn page(title: &str, content: &str) -> Html<String> {
    Html(format!(
        r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
  :root {{ color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif }}
  body {{ max-width: 24rem; margin: 4rem auto }}
  input, button {{ font: inherit; padding: .25rem .5rem }}
</style>
<h1>{title}</h1>
{content}
</html>
"#
    ))
}
