"""Keys of seals, and PDFs signed with them (PAdES, ETSI EN 319 142-1 baseline B-B) by pyhanko.

Loaded on first sealing, never by the api: it takes half a second to import.
"""

import io
from datetime import datetime, timedelta
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

# Ours: as long as a document of an office must stay readable.
VALID = timedelta(days=30 * 365)
LONGEST_NAME = 64
FIELD = "Seal"


class Pair(NamedTuple):
    """A private key (PKCS #8, DER) and its certificate (X.509, DER)."""

    private: bytes
    certificate: bytes


def new_pair(office: str, seal: str, now: datetime) -> Pair:
    """A P-256 key with a certificate that it signs itself, in the name of an office's seal.

    No certification authority vouches for it: a reader shows that the document is unchanged and
    names an unknown issuer.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, office[:LONGEST_NAME]),
            x509.NameAttribute(NameOID.COMMON_NAME, seal[:LONGEST_NAME]),
        ]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return Pair(private, certificate.public_bytes(Encoding.DER))


def sign(pdf: bytes, pair: Pair) -> bytes:
    """The PDF with a certifying signature that permits no change after it."""
    signer = signers.SimpleSigner(
        signing_cert=next(iter(load_certs_from_pemder_data(pair.certificate))),
        signing_key=load_private_key_from_pemder_data(pair.private, None),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]  # ships no types
    )
    how = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    signed = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), how, signer=signer)
    done: bytes = signed.getvalue()
    return done
