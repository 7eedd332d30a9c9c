//! Steps 1 to 3: the shape of the JWS, the owner certificate in its header, and the signature over the exact bytes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::{Map, Value};

use super::{CLOCK_TOLERANCE_MS, ENVELOPE_MAX, Expected, VerifyCode, VerifyError, strict};
use crate::trust::{Certificate, Jwk, Trust};

/// The only algorithm (RFC 9864).
pub(super) const ALGORITHM: &str = "Ed25519";
/// `typ` of a license.
pub(super) const LICENSE_TYPE: &str = "license+jws";
/// `typ` of an owner certificate.
pub(super) const CERTIFICATE_TYPE: &str = "owner+jws";
/// Bytes of a signature.
const SIGNATURE: usize = 64;
/// A JWS begins with the encoding of `{"`.
const BEGINNING: &str = "eyJ";
/// Largest owner certificate, in bytes.
const CERTIFICATE_MAX: usize = 16 * 1024;

/// A payload that somebody trusted signed.
pub(super) struct Signed {
    pub(super) payload: Vec<u8>,
    pub(super) certificate: Certificate,
}

/// Three parts of a compact JWS, still encoded.
pub(super) struct Parts<'a> {
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
    /// What is signed: header and payload with their dot, byte for byte.
    signed: &'a str,
}

/// Steps 1 to 3.
pub(super) fn verified(
    compact: &str,
    trust: &Trust,
    expected: &Expected<'_>,
) -> Result<Signed, VerifyError> {
    let parts = shape(compact)?;
    let header = header(&parts)?;
    let payload = decoded(parts.payload)?;
    let signature = signature(&parts)?;
    let certificate = certificate(&header, trust, expected)?;
    let key = certificate
        .key
        .verifying_key()
        .ok_or_else(|| VerifyCode::KeyRefused.because("the owner's key"))?;
    key.verify_strict(parts.signed.as_bytes(), &signature)
        .map_err(|_| {
            VerifyCode::SignatureInvalid.because("the owner's signature does not fit the bytes")
        })?;
    Ok(Signed {
        payload,
        certificate,
    })
}

/// Whether it could be a compact JWS at all: three parts.
pub(super) fn shape(compact: &str) -> Result<Parts<'_>, VerifyError> {
    if compact.len() > ENVELOPE_MAX {
        return Err(VerifyCode::TooLarge.because(format!("{} bytes", compact.len())));
    }
    if !compact.starts_with(BEGINNING) {
        return Err(VerifyCode::NotALicense.because("it does not begin like a signed license"));
    }
    let truncated = || VerifyCode::Truncated.because("fewer than three parts");
    let (signed, signature) = compact.rsplit_once('.').ok_or_else(truncated)?;
    let (header, payload) = signed.split_once('.').ok_or_else(truncated)?;
    if payload.contains('.') {
        return Err(VerifyCode::NotALicense.because("more than three parts"));
    }
    Ok(Parts {
        header,
        payload,
        signature,
        signed,
    })
}

fn decoded(part: &str) -> Result<Vec<u8>, VerifyError> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|error| VerifyCode::EncodingRefused.because(error.to_string()))
}

fn signature(parts: &Parts<'_>) -> Result<Signature, VerifyError> {
    // Four letters hold three bytes.
    if parts.signature.len() < (SIGNATURE * 4).div_ceil(3) {
        return Err(VerifyCode::Truncated.because("the signature is too short"));
    }
    let bytes = decoded(parts.signature)?;
    let bytes: [u8; SIGNATURE] = bytes
        .try_into()
        .map_err(|_| VerifyCode::EncodingRefused.because("the signature is too long"))?;
    Ok(Signature::from_bytes(&bytes))
}

/// `kid` and `crt` of a license whose header is exactly as it must be.
struct Header {
    kid: String,
    crt: String,
}

fn header(parts: &Parts<'_>) -> Result<Header, VerifyError> {
    let mut members = members(parts.header, VerifyCode::HeaderRefused)?;
    if members.get("alg").and_then(Value::as_str) != Some(ALGORITHM) {
        return Err(VerifyCode::AlgorithmRefused.because("alg is not \"Ed25519\""));
    }
    if members.get("typ").and_then(Value::as_str) != Some(LICENSE_TYPE) {
        return Err(VerifyCode::TypeRefused.because("typ is not \"license+jws\""));
    }
    match (members.remove("kid"), members.remove("crt"), members.len()) {
        (Some(Value::String(kid)), Some(Value::String(crt)), 2) => Ok(Header { kid, crt }),
        _ => Err(VerifyCode::HeaderRefused
            .because("the header must have alg, typ, kid and crt, and nothing else")),
    }
}

/// The members of an encoded header; whatever is wrong with it has the given code.
fn members(part: &str, code: VerifyCode) -> Result<Map<String, Value>, VerifyError> {
    let json = decoded(part)?;
    strict::check(&json).map_err(|error| code.because(error.detail))?;
    serde_json::from_slice(&json).map_err(|error| code.because(error.to_string()))
}

/// Step 2.
fn certificate(
    header: &Header,
    trust: &Trust,
    expected: &Expected<'_>,
) -> Result<Certificate, VerifyError> {
    let certificate = certified(&header.crt, trust)?;
    let key = &certificate.key;
    if key.verifying_key().is_none() {
        return Err(VerifyCode::KeyRefused.because("the owner's key is malformed or weak"));
    }
    let thumbprint = key.thumbprint();
    if trust.denied.contains(&thumbprint) {
        return Err(VerifyCode::KeyDenied.because(thumbprint));
    }
    if header.kid != thumbprint {
        return Err(
            VerifyCode::KeyMismatch.because("kid is not the thumbprint of the certified key")
        );
    }
    if expected
        .owner
        .is_some_and(|owner| *owner != certificate.owner)
    {
        return Err(VerifyCode::OwnerMismatch.because(format!("of {}", certificate.owner)));
    }
    if expected.now.plus_ms(CLOCK_TOLERANCE_MS) < certificate.not_before {
        return Err(
            VerifyCode::CertificateNotYetValid.because(format!("from {}", certificate.not_before))
        );
    }
    if expected.now.plus_ms(-CLOCK_TOLERANCE_MS) > certificate.not_after {
        return Err(
            VerifyCode::CertificateExpired.because(format!("until {}", certificate.not_after))
        );
    }
    Ok(certificate)
}

/// The certificate that a known root signed.
fn certified(compact: &str, trust: &Trust) -> Result<Certificate, VerifyError> {
    let refused = |detail: &str| VerifyCode::CertificateRefused.because(detail);
    let recoded = |error: VerifyError| refused(&error.detail);
    if compact.len() > CERTIFICATE_MAX {
        return Err(refused("too large"));
    }
    let parts = shape(compact).map_err(recoded)?;
    let mut members = members(parts.header, VerifyCode::CertificateRefused).map_err(recoded)?;
    let alg = members.remove("alg");
    let typ = members.remove("typ");
    let kid = members.remove("kid");
    let is =
        |value: Option<Value>, text: &str| value.as_ref().and_then(Value::as_str) == Some(text);
    if !is(alg, ALGORITHM) || !is(typ, CERTIFICATE_TYPE) || !members.is_empty() {
        return Err(refused(
            "its header must have alg, typ and kid, and nothing else",
        ));
    }
    let Some(Value::String(kid)) = kid else {
        return Err(refused("no kid"));
    };
    let payload = decoded(parts.payload).map_err(recoded)?;
    let signature = signature(&parts).map_err(recoded)?;
    root(&kid, trust)?
        .verify_strict(parts.signed.as_bytes(), &signature)
        .map_err(|_| VerifyCode::CertificateForged.because("the root's signature does not fit"))?;
    strict::check(&payload).map_err(recoded)?;
    let certificate: Certificate =
        serde_json::from_slice(&payload).map_err(|error| refused(&error.to_string()))?;
    if certificate.not_before > certificate.not_after {
        return Err(refused("it ends before it begins"));
    }
    Ok(certificate)
}

fn root(kid: &str, trust: &Trust) -> Result<VerifyingKey, VerifyError> {
    let known = trust.roots.iter().find(|root| root.thumbprint() == kid);
    let key = known
        .and_then(Jwk::verifying_key)
        .ok_or_else(|| VerifyCode::RootUnknown.because(kid))?;
    if trust.denied.iter().any(|denied| denied == kid) {
        return Err(VerifyCode::RootDenied.because(kid));
    }
    Ok(key)
}
