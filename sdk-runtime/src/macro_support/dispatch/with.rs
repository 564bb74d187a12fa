//! `with = function`: the function is called for one value, for that of an `Option`, and for each element of
//! a list.

use super::{Arg, Arg1, Arg2, Arg3, Arg4};

impl<'a, T> Arg<'a, Option<Vec<T>>> {
    /// Returns what the function makes of each element.
    pub fn with<R>(&self, each: impl FnMut(&'a T) -> R) -> Vec<R> {
        self.value().iter().flatten().map(each).collect()
    }
}

impl<'a, 'b, T> Arg<'a, Option<&'b [T]>> {
    /// Returns what the function makes of each element.
    pub fn with<R>(&self, each: impl FnMut(&'b T) -> R) -> Vec<R> {
        self.value().iter().copied().flatten().map(each).collect()
    }
}

impl<'a, 'b, T: ?Sized> Arg1<'a, Option<&'b T>> {
    /// Returns what the function makes of the value, if there is one.
    pub fn with<R>(&self, make: impl FnOnce(&'b T) -> R) -> Option<R> {
        self.value().map(make)
    }
}

impl<'a, 'b, T: ?Sized> Arg1<'a, Vec<&'b T>> {
    /// Returns what the function makes of each element.
    pub fn with<R>(&self, each: impl FnMut(&'b T) -> R) -> Vec<R> {
        self.value().iter().copied().map(each).collect()
    }
}

impl<'a, 'b, 'c, T: ?Sized> Arg1<'a, &'b [&'c T]> {
    /// Returns what the function makes of each element.
    pub fn with<R>(&self, each: impl FnMut(&'c T) -> R) -> Vec<R> {
        self.value().iter().copied().map(each).collect()
    }
}

impl<'a, T> Arg2<'a, Option<T>> {
    /// Returns what the function makes of the value, if there is one.
    pub fn with<R>(&self, make: impl FnOnce(&'a T) -> R) -> Option<R> {
        self.value().as_ref().map(make)
    }
}

impl<'a, 'b, T> Arg2<'a, &'b Option<T>> {
    /// Returns what the function makes of the value, if there is one.
    pub fn with<R>(&self, make: impl FnOnce(&'b T) -> R) -> Option<R> {
        self.value().as_ref().map(make)
    }
}

macro_rules! lists {
    ($([$($generic:tt)*] $type:ty;)*) => {$(
        impl<'a, $($generic)*> Arg2<'a, $type> {
            /// Returns what the function makes of each element.
            pub fn with<R>(&self, each: impl FnMut(&'a T) -> R) -> Vec<R> {
                self.value().iter().map(each).collect()
            }
        }
    )*};
}

lists! {
    [T] Vec<T>;
    [T] &Vec<T>;
    [T] &[T];
    [T, const N: usize] [T; N];
    [T, const N: usize] &[T; N];
}

impl<'a, 'b, T: ?Sized> Arg3<'a, &'b T> {
    /// Returns what the function makes of the value.
    pub fn with<R>(&self, make: impl FnOnce(&'b T) -> R) -> R {
        make(self.value())
    }
}

impl<'a, T> Arg4<'a, T> {
    /// Returns what the function makes of the value.
    pub fn with<R>(&self, make: impl FnOnce(&'a T) -> R) -> R {
        make(self.value())
    }
}

#[cfg(test)]
mod tests {
    use super::super::arg;

    fn length(text: &str) -> usize {
        text.len()
    }

    fn next(number: &u8) -> u8 {
        number + 1
    }

    #[test]
    fn the_function_gets_the_value_and_not_what_is_around_it() {
        assert_eq!(arg(&"ab").with(length), 2);
        assert_eq!(arg(&"ab".to_owned()).with(|text| length(text)), 2);
        assert_eq!(arg(&Some("ab")).with(length), Some(2));
        assert_eq!(arg(&["a", "bc"].as_slice()).with(length), [1, 2]);
        assert_eq!(arg(&vec!["a", "bc"]).with(length), [1, 2]);
        assert_eq!(arg(&7).with(next), 8);
        assert_eq!(arg(&&7).with(next), 8);
        assert_eq!((arg(&Some(7)).with(next), arg(&None::<u8>).with(next)), (Some(8), None));
        assert_eq!(arg(&&Some(7)).with(next), Some(8));
        assert_eq!(arg(&Some(&7)).with(next), Some(8));
        assert_eq!(arg(&[1, 2]).with(next), [2, 3]);
        assert_eq!(arg(&&[1, 2]).with(next), [2, 3]);
        assert_eq!(arg(&vec![1, 2]).with(next), [2, 3]);
        assert_eq!(arg(&&vec![1, 2]).with(next), [2, 3]);
        assert_eq!(arg(&[1, 2].as_slice()).with(next), [2, 3]);
        assert_eq!(arg(&[&1, &2].as_slice()).with(next), [2, 3]);
        assert_eq!(arg(&Some(vec![1, 2])).with(next), [2, 3]);
        assert_eq!(arg(&Some([1, 2].as_slice())).with(next), [2, 3]);
    }
}
