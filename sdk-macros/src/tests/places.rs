//! The spans of generated tokens, which decide what the compiler underlines, and what a `macro_rules!` can
//! see.

use proc_macro2::{Ident, LineColumn, TokenStream, TokenTree};
use syn::{
    ImplItemFn, Receiver, TraitItemFn,
    visit_mut::{self, VisitMut},
};

use super::tokens;
use crate::generate;

/// The `self` of each method named `a`, in its declaration and in its uses.
#[derive(Default)]
struct Selves(Vec<LineColumn>);

impl Selves {
    fn of(&mut self, code: TokenStream) {
        for token in code {
            match token {
                TokenTree::Ident(ident) if ident == "self" => self.0.push(ident.span().start()),
                TokenTree::Group(group) => self.of(group.stream()),
                _ => {}
            }
        }
    }

    fn of_method(&mut self, name: &Ident, code: TokenStream) {
        if matches!(name.to_string().as_str(), "a" | "__a") {
            self.of(code);
        }
    }
}

impl VisitMut for Selves {
    fn visit_impl_item_fn_mut(&mut self, method: &mut ImplItemFn) {
        self.of_method(&method.sig.ident, quote::quote!(#method));
    }

    fn visit_trait_item_fn_mut(&mut self, method: &mut TraitItemFn) {
        self.of_method(&method.sig.ident, quote::quote!(#method));
    }

    fn visit_receiver_mut(&mut self, _: &mut Receiver) {}
}

/// Tokens that come from a `macro_rules!` could not see another one.
#[test]
fn each_self_is_the_users_own() {
    for method in [
        "#[get(\"/a\")] async fn a(&self) -> Result<A>;",
        "#[get(\"/a\", paginate = link)] fn a(&self) -> Pages<A>;",
        "#[post(\"/a\")] #[session(end)] async fn a(&self, #[json] #[from_session] b: B) -> Result<A>;",
        "async fn a(&self) -> A {}",
    ] {
        // The method is alone on its line.
        let item = format!("trait T {{\n{method}\n#[get(\"/s\")] async fn sibling(&self) -> Result<A>; }}");
        let mut selves = Selves::default();
        let mut file = syn::parse2(generate(tokens("dyn"), tokens(&item))).unwrap();
        visit_mut::visit_file_mut(&mut selves, &mut file);
        let own = LineColumn { line: 2, column: method.find("&self").unwrap() + 1 };
        assert!(selves.0.len() >= 7, "{method}: {selves:?}", selves = selves.0);
        assert!(selves.0.iter().all(|place| *place == own), "{method}: {:?}", selves.0);
    }
}
