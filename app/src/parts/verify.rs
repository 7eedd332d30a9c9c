//! Why a license was refused, in words: cause, effect, next step.

use licensing::envelope::VerifyCode;

use crate::text::K;

/// The sentences of a refusal.
pub(crate) fn sentences(code: VerifyCode) -> K {
    match code {
        VerifyCode::TooLarge => K::VerifyTooLarge,
        VerifyCode::NotALicense => K::VerifyNotALicense,
        VerifyCode::Truncated => K::VerifyTruncated,
        VerifyCode::EncodingRefused => K::VerifyEncodingRefused,
        VerifyCode::AlgorithmRefused => K::VerifyAlgorithmRefused,
        VerifyCode::TypeRefused => K::VerifyTypeRefused,
        VerifyCode::HeaderRefused => K::VerifyHeaderRefused,
        VerifyCode::CertificateRefused => K::VerifyCertificateRefused,
        VerifyCode::RootUnknown => K::VerifyRootUnknown,
        VerifyCode::RootDenied => K::VerifyRootDenied,
        VerifyCode::CertificateForged => K::VerifyCertificateForged,
        VerifyCode::KeyRefused => K::VerifyKeyRefused,
        VerifyCode::KeyDenied => K::VerifyKeyDenied,
        VerifyCode::KeyMismatch => K::VerifyKeyMismatch,
        VerifyCode::OwnerMismatch => K::VerifyOwnerMismatch,
        VerifyCode::CertificateNotYetValid => K::VerifyCertificateNotYetValid,
        VerifyCode::CertificateExpired => K::VerifyCertificateExpired,
        VerifyCode::SignatureInvalid => K::VerifySignatureInvalid,
        VerifyCode::PayloadRefused => K::VerifyPayloadRefused,
        VerifyCode::TooDeep => K::VerifyTooDeep,
        VerifyCode::DuplicateKey => K::VerifyDuplicateKey,
        VerifyCode::NumberOutOfRange => K::VerifyNumberOutOfRange,
        VerifyCode::NameRefused => K::VerifyNameRefused,
        VerifyCode::OwnerForeign => K::VerifyOwnerForeign,
        VerifyCode::DuplicateModule => K::VerifyDuplicateModule,
        VerifyCode::SetUnknown => K::VerifySetUnknown,
        VerifyCode::PrerequisiteUnknown => K::VerifyPrerequisiteUnknown,
        VerifyCode::Circle => K::VerifyCircle,
        VerifyCode::DatesRefused => K::VerifyDatesRefused,
        VerifyCode::IssuedOutsideCertificate => K::VerifyIssuedOutsideCertificate,
        VerifyCode::IssuedInFuture => K::VerifyIssuedInFuture,
        VerifyCode::SerialMismatch => K::VerifySerialMismatch,
        VerifyCode::CompanyMismatch => K::VerifyCompanyMismatch,
        VerifyCode::SequenceOlder => K::VerifySequenceOlder,
        VerifyCode::AlreadyActive => K::VerifyAlreadyActive,
        VerifyCode::SequenceReused => K::VerifySequenceReused,
    }
}

/// Why a license in force would not be accepted today, in words.
pub(crate) fn no_longer_trusted(code: VerifyCode) -> K {
    match code {
        VerifyCode::RootUnknown => K::TrustRootUnknown,
        VerifyCode::RootDenied => K::TrustRootDenied,
        VerifyCode::KeyDenied => K::TrustKeyDenied,
        VerifyCode::IssuedInFuture => K::TrustClock,
        _ => K::TrustOther,
    }
}
