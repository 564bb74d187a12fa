//! `Decoder`: from a response to a value, by plain functions. A type that cannot be decoded is reported where
//! it is declared, and not wherever a call is awaited.

use super::from_response::FromResponse;
use super::parts::{BufferedResponse, Head};
use super::stream::{ByteStream, FromStream};
use crate::error::Error;

/// A successful response: with its whole body, or with a body that is not read yet. Boxed, because it passes
/// several futures and results, each of which would have room for it and copy it.
pub(crate) enum SuccessResponse {
    Whole(Box<BufferedResponse>),
    Stream(Box<ByteStream>),
}

/// Decodes a response into a `T`.
pub struct Decoder<T> {
    pub(crate) accept: Option<&'static str>,
    /// Whether the body is read to its end first.
    pub(crate) whole: bool,
    decode: fn(SuccessResponse) -> Result<T, Error>,
    pub(crate) absent: fn(&Head) -> Option<T>,
}

impl<T: FromResponse> Decoder<T> {
    /// The decoder of a type that needs the whole body.
    pub const WHOLE: Self = Self {
        accept: T::ACCEPT,
        whole: true,
        decode: |response| T::from_response(response.whole()?),
        absent: T::absent,
    };
}

impl<T: FromStream> Decoder<T> {
    /// The decoder of a type that reads the body while it arrives.
    pub const STREAM: Self = Self {
        accept: T::ACCEPT,
        whole: false,
        decode: |response| T::from_stream(response.stream()),
        absent: T::absent,
    };
}

impl<T> Decoder<T> {
    pub(crate) const fn new(
        accept: Option<&'static str>,
        decode: fn(SuccessResponse) -> Result<T, Error>,
        absent: fn(&Head) -> Option<T>,
    ) -> Self {
        Self { accept, whole: true, decode, absent }
    }

    pub(crate) fn decode(&self, response: SuccessResponse) -> Result<T, Error> {
        (self.decode)(response)
    }
}

impl<T> Clone for Decoder<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Decoder<T> {}

impl SuccessResponse {
    pub(crate) fn head(&self) -> &Head {
        match self {
            Self::Whole(answer) => answer.head(),
            Self::Stream(bytes) => bytes.head(),
        }
    }

    pub(crate) fn whole(self) -> Result<BufferedResponse, Error> {
        match self {
            Self::Whole(answer) => Ok(*answer),
            // Unreachable: a response for `whole` decoders is whole.
            Self::Stream(bytes) => Err(BufferedResponse::new(bytes.head().clone(), bytes::Bytes::new())
                .not_a::<BufferedResponse>("")),
        }
    }

    pub(crate) fn stream(self) -> ByteStream {
        match self {
            Self::Whole(answer) => (*answer).into(),
            Self::Stream(bytes) => *bytes,
        }
    }
}
