//! The methods of a trait that does not parse: each one is read apart from the others, and as far as it goes.
//!
//! The compiler parses an item before it calls a macro, and reports what does not parse. So the macro does
//! not report it again. It makes a client of what is left, so that nothing else is reported either.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::{FnArg, ItemTrait, ReturnType, TraitItem, TraitItemFn, Type, ext::IdentExt, parse_quote};

/// Returns the trait with the methods that could be read, and the names of those that do not parse as they
/// are. Returns `None` if the item is no trait, or if its head does not parse.
pub(crate) fn repaired(item: TokenStream) -> Option<(ItemTrait, Vec<Ident>)> {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let Some(TokenTree::Group(body)) = tokens.pop() else { return None };
    let head: TokenStream = tokens.into_iter().collect();
    let mut item: ItemTrait = syn::parse2(quote!(#head {})).ok()?;
    let mut broken = Vec::new();
    for tokens in items(body.stream()) {
        let whole: TokenStream = tokens.iter().cloned().collect();
        match syn::parse2::<TraitItem>(whole) {
            Ok(parsed) => item.items.push(parsed),
            Err(_) => {
                let Some(method) = method(&tokens) else { continue };
                broken.push(method.sig.ident.clone());
                item.items.push(TraitItem::Fn(method));
            }
        }
    }
    Some((item, broken))
}

/// Splits the body of a trait into its items. An item ends with `;` or with a block, and where the next one
/// begins.
fn items(body: TokenStream) -> Vec<Vec<TokenTree>> {
    let (mut all, mut item) = (Vec::new(), Vec::new());
    let mut has_arguments = false;
    let mut depth = 0_usize;
    let mut before = ' ';
    for token in body {
        let begins = match &token {
            TokenTree::Punct(punct) => punct.as_char() == '#',
            TokenTree::Ident(name) => ["pub", "async", "fn", "const", "type"].iter().any(|it| name == it),
            _ => false,
        };
        if begins && has_arguments {
            all.push(std::mem::take(&mut item));
            (has_arguments, depth) = (false, 0);
        }
        let ends = match &token {
            TokenTree::Punct(punct) => match punct.as_char() {
                '<' => {
                    depth += 1;
                    false
                }
                '>' if before != '-' && before != '=' => {
                    depth = depth.saturating_sub(1);
                    false
                }
                ',' => has_arguments && depth == 0,
                character => character == ';',
            },
            TokenTree::Group(group) => {
                has_arguments |= group.delimiter() == Delimiter::Parenthesis;
                group.delimiter() == Delimiter::Brace
            }
            _ => false,
        };
        before = if let TokenTree::Punct(punct) = &token { punct.as_char() } else { ' ' };
        item.push(token);
        if ends {
            all.push(std::mem::take(&mut item));
            (has_arguments, depth) = (false, 0);
        }
    }
    all.push(item);
    all.retain(|item| !item.is_empty());
    all
}

/// Returns what can be read of one method.
fn method(tokens: &[TokenTree]) -> Option<TraitItemFn> {
    let is_arguments =
        |token: &TokenTree| matches!(token, TokenTree::Group(it) if it.delimiter() == Delimiter::Parenthesis);
    let at = tokens.iter().position(is_arguments)?;
    let TokenTree::Group(arguments) = &tokens[at] else { return None };
    let attrs: TokenStream = attributes(&tokens[..at]).cloned().collect();
    let head = &tokens[attributes(tokens).count()..at];
    let opens = head.iter().position(|token| is_punct(token, '<')).unwrap_or(head.len());
    let name = head[..opens].iter().rev().find_map(|token| match token {
        TokenTree::Ident(name) if syn::parse2::<Ident>(quote!(#name)).is_ok() => Some(name.clone()),
        _ => None,
    })?;
    let generics: TokenStream = head[opens..].iter().cloned().collect();
    let is_async = head.iter().any(|token| matches!(token, TokenTree::Ident(it) if it == "async"));
    let keyword = is_async.then(|| quote!(async));
    let inputs = split(arguments).into_iter().enumerate().map(|(index, tokens)| argument(index, tokens));
    let inputs: Vec<FnArg> = inputs.collect();
    let output = output(&tokens[at + 1..]);
    let method = |generics: &TokenStream| {
        syn::parse2::<TraitItemFn>(quote!(#attrs #keyword fn #name #generics(#(#inputs),*) #output;))
    };
    method(&generics).or_else(|_| method(&TokenStream::new())).ok()
}

/// Returns the attributes in front of an item, `#` and brackets.
fn attributes(tokens: &[TokenTree]) -> impl Iterator<Item = &TokenTree> {
    let mut expects_brackets = false;
    tokens.iter().take_while(move |token| {
        let is_part = match token {
            TokenTree::Punct(punct) => punct.as_char() == '#' && !expects_brackets,
            TokenTree::Group(group) => group.delimiter() == Delimiter::Bracket && expects_brackets,
            _ => false,
        };
        expects_brackets = is_part && !expects_brackets;
        is_part
    })
}

/// Splits arguments at their commas, outside of angle brackets.
fn split(arguments: &Group) -> Vec<Vec<TokenTree>> {
    let (mut all, mut one, mut depth) = (Vec::new(), Vec::new(), 0_usize);
    for token in arguments.stream() {
        match &token {
            token if is_punct(token, '<') => depth += 1,
            token if is_punct(token, '>') => depth = depth.saturating_sub(1),
            _ => {}
        }
        let begins = is_punct(&token, '#') && one.iter().any(|token| is_punct(token, ':'));
        if depth == 0 && (is_punct(&token, ',') || begins) {
            all.push(std::mem::take(&mut one));
            if !begins {
                continue;
            }
        }
        one.push(token);
    }
    all.push(one);
    all.retain(|one| !one.is_empty());
    all
}

/// Returns an argument. Without a type that can be read, it takes any type.
fn argument(index: usize, tokens: Vec<TokenTree>) -> FnArg {
    let whole: TokenStream = tokens.iter().cloned().collect();
    if let Ok(argument) = syn::parse2(whole) {
        return argument;
    }
    let attrs: TokenStream = attributes(&tokens).cloned().collect();
    let rest = &tokens[attributes(&tokens).count()..];
    let ident = |token: &TokenTree| syn::parse2::<Ident>(token.clone().into()).ok();
    let is_type = |name: &Ident| {
        let text = name.unraw().to_string();
        let numbers = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "usize", "bool", "str", "f64"];
        text.starts_with(char::is_uppercase) || numbers.contains(&text.as_str())
    };
    let name = rest.iter().filter_map(ident).find(|name| !is_type(name));
    let name = name.unwrap_or_else(|| format_ident!("__argument_{index}"));
    let typed = rest.iter().filter(|token| match token {
        TokenTree::Ident(it) => *it != name,
        TokenTree::Punct(punct) => !":?".contains(punct.as_char()),
        _ => true,
    });
    let typed: Vec<TokenTree> = typed.cloned().collect();
    let ty = (1..=typed.len()).rev().find_map(|end| {
        let tokens: TokenStream = typed[..end].iter().cloned().collect();
        syn::parse2::<Type>(tokens).ok()
    });
    let ty = ty.unwrap_or_else(|| parse_quote!(impl ::core::marker::Sized));
    syn::parse2(quote!(#attrs #name: #ty)).unwrap_or_else(|_| parse_quote!(#name: #ty))
}

/// Returns the return type, read as far as it goes, and with the `>` that it lacks.
fn output(tokens: &[TokenTree]) -> ReturnType {
    let is_in_front = |token: &&TokenTree| ['-', '>', '=', ':'].iter().any(|it| is_punct(token, *it));
    let tokens = &tokens[tokens.iter().take_while(is_in_front).count()..];
    let ends = |token: &TokenTree| match token {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        TokenTree::Ident(name) => name == "where",
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Literal(_) => true,
    };
    let end = tokens.iter().position(ends).unwrap_or(tokens.len());
    let ty = (1..=end).rev().find_map(|end| {
        let tokens: TokenStream = tokens[..end].iter().cloned().collect();
        ["", ">", ">>", ">>>"].iter().find_map(|lacking| {
            let lacking: TokenStream = lacking.parse().ok()?;
            syn::parse2::<Type>(quote!(#tokens #lacking)).ok()
        })
    });
    match ty {
        Some(ty) => parse_quote!(-> #ty),
        None => ReturnType::Default,
    }
}

fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::ToTokens;

    /// Returns the methods that are made of the body of a trait.
    fn methods(body: &str) -> Vec<String> {
        let (item, _) = repaired(format!("pub trait T {{ {body} }}").parse().unwrap()).unwrap();
        item.items.iter().map(|item| item.to_token_stream().to_string().replace(' ', "")).collect()
    }

    #[test]
    fn a_method_is_read_as_far_as_it_goes() {
        for (written, read) in [
            ("#[get(\"/a\")] async fn a(&self) -> Result<A>", "#[get(\"/a\")]asyncfna(&self)->Result<A>;"),
            ("async fn a(&self) => Result<A>;", "asyncfna(&self)->Result<A>;"),
            ("async fn a(&self): Result<A>;", "asyncfna(&self)->Result<A>;"),
            ("async fn a(&self) Result<A>;", "asyncfna(&self)->Result<A>;"),
            ("async fn a(&self) -> Result<Vec<A>;", "asyncfna(&self)->Result<Vec<A>>;"),
            ("async fn a(&self) -> Result<A>>;", "asyncfna(&self)->Result<A>;"),
            ("async fn a(&self) -> Result<A, B>,", "asyncfna(&self)->Result<A,B>;"),
            ("async a(&self) -> Result<A>;", "asyncfna(&self)->Result<A>;"),
            ("suspend async fn a(&self) -> Result<A>;", "asyncfna(&self)->Result<A>;"),
            ("fn a<T: B>(&self, b T) -> Result<A>;", "fna<T:B>(&self,b:T)->Result<A>;"),
            ("async fn a(&self, u32 b);", "asyncfna(&self,b:u32);"),
            ("async fn a(&self, b: u32 = 1, c: A<B, C>);", "asyncfna(&self,b:u32,c:A<B,C>);"),
            ("async fn a(&self, b?: u32);", "asyncfna(&self,b:u32);"),
            ("async fn a(&self, b);", "asyncfna(&self,b:impl::core::marker::Sized);"),
            ("async fn a(&self, #[json] b: B #[query] c: C);", "asyncfna(&self,#[json]b:B,#[query]c:C);"),
        ] {
            assert_eq!(methods(written), [read], "{written}");
            let next = "#[get(\"/z\")] async fn z(&self) -> Z;";
            assert_eq!(methods(&format!("{written} {next}"))[1..], methods(next), "{written}");
        }
    }

    #[test]
    fn what_is_no_method_is_left_out() {
        for written in ["#[get(\"/a\")]", ";", "async fn (&self) -> A;", "what is this"] {
            assert!(methods(written).is_empty(), "{written}");
        }
        assert!(
            repaired(quote!(
                struct A;
            ))
            .is_none()
        );
    }
}
