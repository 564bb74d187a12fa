//! "Did you mean": the known name that a misspelt one is nearest to.

/// Returns the candidate nearest to `name`, if one is near enough.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= tolerance(name, candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Returns `` did you mean `x`? `` with a blank behind it, or nothing.
pub(crate) fn suggestion<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, candidates).map_or_else(String::new, |near| format!("did you mean `{near}`? "))
}

/// Allows one edit for each three characters, and one edit in the shortest names.
fn tolerance(name: &str, candidate: &str) -> usize {
    (name.chars().count().max(candidate.chars().count()) / 3).max(1)
}

/// Counts insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut last = None;
    for (row, x) in a.chars().enumerate() {
        let mut line = vec![row + 1];
        for (column, y) in b.iter().enumerate() {
            let substituted = above[column] + usize::from(x != *y);
            let mut best = substituted.min(above[column + 1] + 1).min(line[column] + 1);
            if column > 0 && last == Some(*y) && b[column - 1] == x {
                best = best.min(before[column - 1] + 1);
            }
            line.push(best);
        }
        before = std::mem::replace(&mut above, line);
        last = Some(x);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_edits() {
        for (a, b, edits) in [
            ("", "", 0),
            ("query", "query", 0),
            ("queyr", "query", 1),
            ("timeot", "timeout", 1),
            ("userid", "user_id", 1),
            ("fetch", "patch", 2),
            ("", "get", 3),
            ("kitten", "sitting", 3),
            ("ab", "ba", 1),
            ("abcd", "badc", 2),
            ("ca", "abc", 3),
            ("aab", "aba", 1),
            ("abab", "baba", 2),
            ("é", "e", 1),
        ] {
            assert_eq!(distance(a, b), edits, "{a} {b}");
            assert_eq!(distance(b, a), edits, "{b} {a}");
        }
    }

    #[test]
    fn only_near_names_are_suggested() {
        assert_eq!(nearest("gett", ["get", "put"]), Some("get"));
        assert_eq!(nearest("fetch", ["get", "patch"]), None);
        assert_eq!(nearest("abcXX", ["abcde"]), None, "one edit in five characters");
        assert_eq!(nearest("abcdXX", ["abcdef"]), Some("abcdef"), "two in six");
        assert_eq!(nearest("abcXXX", ["abcdef"]), None);
        assert_eq!(nearest("a", ["b"]), Some("b"), "one in the shortest");
        assert_eq!(nearest("ab", ["abcdefg"]), None, "the longer of both counts");
        assert_eq!(nearest("abcXe", ["abcXX", "abcde", "abcXf"]), Some("abcXX"), "the first of the nearest");
        assert_eq!(nearest("abcdeX", ["abcdXX", "abcdef", "abXXeX"]), Some("abcdXX"));
        assert_eq!(suggestion("queyr", ["query", "queries"]), "did you mean `query`? ");
        assert_eq!(suggestion("zzz", ["query"]), "");
    }
}
