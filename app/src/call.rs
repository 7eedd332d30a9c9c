//! Closures behind pointers, each compiled for one way of calling it.
//!
//! The table of a `dyn Fn` holds three: in place, in place and changing, and once, with dropping it; each is compiled
//! for every closure; measured, that was 3 KB of the client (brotli). So what keeps closures by the dozen keeps them as
//! these; one of no argument takes `()`.

/// What can be called again and again.
pub(crate) trait Call<In, Out = ()> {
    /// Calls it.
    fn call_with(&self, given: In) -> Out;
}

impl<In, Out, F: Fn(In) -> Out> Call<In, Out> for F {
    fn call_with(&self, given: In) -> Out {
        self(given)
    }
}

/// What can be called again and again, and changes what it holds.
pub(crate) trait CallMut<In, Out = ()> {
    /// Calls it.
    fn call_mut_with(&mut self, given: In) -> Out;
}

impl<In, Out, F: FnMut(In) -> Out> CallMut<In, Out> for F {
    fn call_mut_with(&mut self, given: In) -> Out {
        self(given)
    }
}
