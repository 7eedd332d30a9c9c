//! What issues licenses: a private key and, for an owner, its certificate.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use serde::{Deserialize, Serialize};

use super::compact::{ALGORITHM, CERTIFICATE_TYPE, LICENSE_TYPE};
use crate::license::License;
use crate::trust::{Certificate, Jwk};

/// A private key. It never prints itself.
pub struct PrivateKey(SigningKey);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey")
    }
}

/// A private key as a JWK (RFC 8037).
#[derive(Serialize, Deserialize)]
struct PrivateJwk {
    kty: String,
    crv: String,
    x: String,
    d: String,
}

impl PrivateKey {
    /// From 32 random bytes of the caller's.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> Jwk {
        Jwk {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            x: URL_SAFE_NO_PAD.encode(self.0.verifying_key().as_bytes()),
        }
    }

    /// As a private JWK (RFC 8037): for a file that only its owner may read.
    #[must_use]
    pub fn to_jwk_text(&self) -> String {
        let Jwk { kty, crv, x } = self.public();
        let jwk = PrivateJwk {
            kty,
            crv,
            x,
            d: URL_SAFE_NO_PAD.encode(self.0.as_bytes()),
        };
        serde_json::to_string(&jwk).expect("four texts are JSON")
    }

    /// From the text of such a file; none when it is not one, or when its two halves do not fit.
    #[must_use]
    pub fn from_jwk_text(text: &str) -> Option<Self> {
        let jwk: PrivateJwk = serde_json::from_str(text).ok()?;
        let seed: [u8; 32] = URL_SAFE_NO_PAD.decode(&jwk.d).ok()?.try_into().ok()?;
        let key = Self::from_seed(seed);
        (key.public()
            == Jwk {
                kty: jwk.kty,
                crv: jwk.crv,
                x: jwk.x,
            })
        .then_some(key)
    }

    /// A compact JWS over exactly these bytes, under exactly this header.
    fn jws(&self, header: &impl Serialize, payload: &impl Serialize) -> String {
        let encoded = |json: Vec<u8>| URL_SAFE_NO_PAD.encode(json);
        let header = serde_json::to_vec(header).expect("a header is JSON");
        let payload = serde_json::to_vec(payload).expect("licenses and certificates are JSON");
        self.jws_of(&encoded(header), &encoded(payload))
    }

    /// A compact JWS of encoded parts, whatever they are: for tests of what must be refused.
    pub(crate) fn jws_of(&self, header: &str, payload: &str) -> String {
        let signed = format!("{header}.{payload}");
        let signature = self.0.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    kid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    crt: Option<&'a str>,
}

/// The owner certificate, signed by a root: a compact JWS.
#[must_use]
pub fn certify(root: &PrivateKey, certificate: &Certificate) -> String {
    let kid = root.public().thumbprint();
    root.jws(
        &Header {
            alg: ALGORITHM,
            typ: CERTIFICATE_TYPE,
            kid,
            crt: None,
        },
        certificate,
    )
}

/// A signed license: the compact JWS. `certificate` is what [`certify`] made.
#[must_use]
pub fn sign(key: &PrivateKey, certificate: &str, license: &License) -> String {
    let kid = key.public().thumbprint();
    key.jws(
        &Header {
            alg: ALGORITHM,
            typ: LICENSE_TYPE,
            kid,
            crt: Some(certificate),
        },
        license,
    )
}
