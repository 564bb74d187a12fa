//! `WWW-Authenticate` fields: challenges as servers write them, correct ones, and broken ones.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sdk_runtime::{ErrorResponse, error::Challenge};

/// The challenges of an answer with these lines.
fn read<Line: AsRef<[u8]>>(lines: &[Line]) -> Vec<Challenge> {
    let mut answer = http::Response::builder().status(401);
    for line in lines {
        answer = answer.header("www-authenticate", line.as_ref());
    }
    ErrorResponse::from(answer.body("".into()).unwrap()).challenges()
}

/// One line for each challenge: the scheme, the token68 behind a blank, each parameter as `|name=value`.
fn shown(challenges: &[Challenge]) -> Vec<String> {
    let params =
        |it: &Challenge| it.params().map(|(name, value)| format!("|{name}={value}")).collect::<String>();
    let token = |it: &Challenge| it.token68().map(|token| format!(" {token}")).unwrap_or_default();
    challenges.iter().map(|it| format!("{}{}{}", it.scheme(), token(it), params(it))).collect()
}

#[test]
fn challenges_are_read_as_they_are_written() {
    for (lines, expected) in [
        // RFC 9110, 11.6.1.
        (
            &[r#"Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"""#][..],
            &["Basic|realm=simple", "Newauth|realm=apps|type=1|title=Login to \"apps\""][..],
        ),
        (&[""], &[]),
        (&["Bearer"], &["Bearer"]),
        (&["Bearer "], &["Bearer"]),
        (&["Negotiate, NTLM"], &["Negotiate", "NTLM"]),
        (&["Bearer  \t realm=x"], &["Bearer|realm=x"]),
        (&["Bearer realm = \"x\" ,\terror\t=\tinvalid_token"], &["Bearer|realm=x|error=invalid_token"]),
        (&["Bearer realm=\"\""], &["Bearer|realm="]),
        (&[r#"Bearer realm="a, Basic b=\"c\\", x=y"#], &["Bearer|realm=a, Basic b=\"c\\|x=y"]),
        (&[", ,Bearer , , realm=x,,scope=y,"], &["Bearer|realm=x|scope=y"]),
        (&["Bearer error=a, Error=b"], &["Bearer|error=a|Error=b"]),
        (&["Bearer title*=UTF-8''x"], &["Bearer|title*=UTF-8''x"]),
        // RFC 9110, 11.2.
        (&["Negotiate YWJj==, Basic realm=x"], &["Negotiate YWJj==", "Basic|realm=x"]),
        (&["Negotiate a-._~+/9 "], &["Negotiate a-._~+/9"]),
        (&["Negotiate a="], &["Negotiate a="]),
        (&["Negotiate YWJj", "Bearer"], &["Negotiate YWJj", "Bearer"]),
        // One list, on any number of lines (RFC 9110, 5.3).
        (&["Basic realm=x", "Bearer realm=y"], &["Basic|realm=x", "Bearer|realm=y"]),
        (&["Bearer realm=x", "error=invalid_token"], &["Bearer|realm=x|error=invalid_token"]),
        (&["Bearer", "", "realm=x, DPoP algs=\"ES256 PS256\""], &["Bearer|realm=x", "DPoP|algs=ES256 PS256"]),
    ] {
        assert_eq!(shown(&read(lines)), expected, "{lines:?}");
    }
}

#[test]
fn of_what_is_wrong_is_read_what_can_be() {
    for (lines, expected) in [
        (&["=,=;\"\","][..], &[][..]),
        (&["realm=x, Bearer realm=y"], &["Bearer|realm=y"]),
        (&["Bearer realm=, error=x"], &["Bearer realm=|error=x"]),
        (&["Bearer a=1, realm=, error=x"], &["Bearer|a=1|error=x"]),
        (&["Bearer ???, realm=x"], &["Bearer|realm=x"]),
        (&["Bearer a b, realm=x"], &["Bearer|realm=x"]),
        // Without the comma.
        (&["Bearer realm=\"x\" error=invalid_token"], &["Bearer|realm=x|error=invalid_token"]),
        // Without the quotes.
        (&["Bearer uri=https://a.test/?b=c;d, error=x"], &["Bearer|uri=https://a.test/?b=c;d|error=x"]),
        (
            &["Bearer error_description=The token is old, error=invalid_token"],
            &["Bearer|error_description=The|error=invalid_token"],
        ),
        // Nothing is read out of what is in quotes.
        (&["Bearer x \"a, Basic realm=y\", realm=z"], &["Bearer|realm=z"]),
        (&["Bearer realm=\"x\"y, error=z"], &["Bearer|error=z"]),
        (&["Bearer realm=x\"y, error=z\", a=b"], &["Bearer|a=b"]),
        (&["Bearer error=x, realm=\"y, Basic a=b", "Digest"], &["Bearer|error=x", "Digest"]),
        (&["Bearer error=x, realm=\"y\\"], &["Bearer|error=x"]),
        // What belongs to a scheme that cannot be read is not the one's before.
        (&["Basic realm=x, Bea/rer y, error=z, Digest a=b"], &["Basic|realm=x", "Digest|a=b"]),
    ] {
        assert_eq!(shown(&read(lines)), expected, "{lines:?}");
    }
    let broken = read(&[&b"Bearer realm=\"caf\xe9\", error=\"invalid_token\""[..]]);
    assert_eq!(shown(&broken), ["Bearer|realm=café|error=invalid_token"], "Latin-1");
}

#[test]
fn a_challenge_is_asked_by_name_and_shows_no_value() {
    let line =
        r#"bEarer Realm="hunter2", SCOPE="hunter2 b", error=hunter2, error_description="hunter2", scope=c"#;
    let [challenge] = &read(&[line])[..] else { panic!("not one") };
    assert!(challenge.is("Bearer") && challenge.is("bearer") && !challenge.is("Basic"));
    assert_eq!(challenge.scheme(), "bEarer");
    assert_eq!((challenge.realm(), challenge.scope()), (Some("hunter2"), Some("hunter2 b")));
    assert_eq!((challenge.error(), challenge.error_description()), (Some("hunter2"), Some("hunter2")));
    assert_eq!((challenge.param("rEALM"), challenge.param("nonce")), (Some("hunter2"), None));
    assert_eq!((challenge.token68(), challenge.params().count()), (None, 5));
    let debug = format!("{challenge:?} {:?}", read(&["Negotiate hunter2"]));
    assert!(debug.contains("Realm") && debug.contains("Negotiate") && !debug.contains("hunter2"), "{debug}");
}

/// Were any of it looked at again and again, this would not end within the hour.
#[test]
fn a_long_line_takes_as_long_as_it_is() {
    for piece in
        ["a ", "a=", "a =", "a=\"", "a=b ", "a b, ", "\"", "\\\"", "a=\"\\", ",", "=", " ", "a/", "é"]
    {
        let line = piece.repeat((1 << 20) / piece.len());
        for line in [line.clone(), format!("Bearer {line}"), format!("Bearer x=\"{line}")] {
            read(&[line]);
        }
    }
}

/// A challenge to be written: scheme, token68, parameters.
type Written = (String, Option<String>, Vec<(String, String)>);

fn written() -> impl Strategy<Value = Written> {
    let name = || "[a-zA-Z0-9!#$%&'*+.^_`|~-]{1,8}";
    let value = prop_oneof![name().prop_map(String::from), "[ -~\t\u{e9}\u{20ac}]{0,12}"];
    let token = proptest::option::weighted(0.2, "[A-Za-z0-9._~+/-]{1,12}={0,2}");
    (name(), token, proptest::collection::vec((name(), value), 0..4)).prop_map(|(scheme, token, params)| {
        if token.is_some() { (scheme, token, Vec::new()) } else { (scheme, None, params) }
    })
}

/// Writes challenges in lines, each choice that the grammar leaves made by the next of `choices`.
fn write(challenges: &[Written], choices: &[usize]) -> Vec<String> {
    let mut choices = choices.iter().cycle();
    let mut choose = |from: &[&'static str]| from[choices.next().unwrap() % from.len()];
    let mut text = choose(&["", ",", " , "]).to_owned();
    for (index, (scheme, token, params)) in challenges.iter().enumerate() {
        if index > 0 {
            text += choose(&[",", ", ", " ,\t, ", "\n", ",\n"]);
        }
        text += scheme;
        if let Some(token) = token {
            text = text + choose(&[" ", "  "]) + token;
        }
        for (index, (name, value)) in params.iter().enumerate() {
            text += if index == 0 {
                choose(&[" ", "  ", " , "])
            } else {
                choose(&[",", ", ", ",,", " , ", ",\n"])
            };
            text = text + name + choose(&["=", " = ", "\t="]);
            let is_token = !value.is_empty() && value.bytes().all(|it| it.is_ascii_alphanumeric());
            if is_token && choose(&["bare", "quoted"]) == "bare" {
                text += value;
                continue;
            }
            text.push('"');
            for char in value.chars() {
                if matches!(char, '"' | '\\') || char.is_ascii() && choose(&["", "", "", "\\"]) == "\\" {
                    text.push('\\');
                }
                text.push(char);
            }
            text.push('"');
        }
    }
    text.split('\n').map(str::to_owned).collect()
}

fn ten_thousand<S: Strategy>(strategy: S, check: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config { failure_persistence: None, cases: 10_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    runner.run(&strategy, check).unwrap();
}

#[test]
fn what_is_written_is_read_back() {
    let choices = proptest::collection::vec(0..60_usize, 1..40);
    ten_thousand((proptest::collection::vec(written(), 0..4), choices), |(challenges, choices)| {
        let lines = write(&challenges, &choices);
        let read = read(&lines).into_iter().map(|it| {
            let params = it.params().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            (it.scheme().to_owned(), it.token68().map(str::to_owned), params)
        });
        prop_assert_eq!(read.collect::<Vec<Written>>(), challenges, "{:?}", lines);
        Ok(())
    });
}

/// What stands on other lines is none of a line's business.
#[test]
fn after_each_line_the_next_is_read() {
    let piece = proptest::sample::select(
        &["Bearer", "a", "é", "=", "\"", "\\", ",", " ", "\t", "/", ";", "==", "error=x"][..],
    );
    ten_thousand(proptest::collection::vec(piece, 0..16), |pieces| {
        let line = pieces.concat();
        let challenges = read(&[line.as_str(), "Bearer error=\"invalid_token\""]);
        let last = challenges.last().map(std::slice::from_ref).unwrap_or_default();
        prop_assert_eq!(shown(last), ["Bearer|error=invalid_token"]);
        Ok(())
    });
}
