package dev.cofre.controlplane.server.x509;

import dev.cofre.controlplane.domain.CertificateAuthority;
import dev.cofre.controlplane.domain.CertificateAuthorityDraft;
import dev.cofre.controlplane.domain.CertificateRoleDraft;
import dev.cofre.controlplane.domain.CertificateUsage;
import dev.cofre.controlplane.domain.IssuedCertificate;
import dev.cofre.controlplane.domain.SubjectNames;
import dev.cofre.hsm.Hsm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;

/**
 * What certificates say (RFC 5280). Stateless.
 *
 * <p>An authority's: CA with a path length of 0, for signing certificates and lists alone. Others:
 * no CA, an empty subject, all names in a critical subjectAltName, for signatures alone.
 */
final class CertificateForms {
  private CertificateForms() {}

  /** An authority's own certificate, signed by itself. */
  static X509CertificateHolder authority(
      CertificateAuthorityDraft draft,
      Hsm.SigningKey key,
      String serial,
      Instant notBefore,
      Instant notAfter) {
    SubjectPublicKeyInfo publicKey = SubjectPublicKeyInfo.getInstance(key.publicKey().getEncoded());
    X500Name name =
        new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, draft.commonName()).build();
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            name,
            Serials.number(serial),
            Date.from(notBefore),
            Date.from(notAfter),
            name,
            publicKey);
    try {
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
          .addExtension(
              Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign))
          .addExtension(Extension.subjectKeyIdentifier, false, KeyIds.subject(publicKey))
          .addExtension(Extension.authorityKeyIdentifier, false, KeyIds.authority(publicKey));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return builder.build(new HsmSigner(key));
  }

  /** A certificate of {@code authority} for {@code publicKey}. */
  static X509CertificateHolder leaf(
      CertificateAuthority authority,
      CertificateRoleDraft role,
      IssuedCertificate certificate,
      SubjectPublicKeyInfo publicKey,
      Hsm.SigningKey key) {
    X509CertificateHolder issuer = holder(authority);
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            issuer.getSubject(),
            Serials.number(certificate.serial()),
            Date.from(certificate.notBefore()),
            Date.from(certificate.expiresAt()),
            new X500Name(new RDN[0]),
            publicKey);
    try {
      builder
          .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
          .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
          .addExtension(Extension.extendedKeyUsage, false, purposes(role))
          // Critical, as the subject is empty.
          .addExtension(Extension.subjectAlternativeName, true, names(certificate.names()))
          .addExtension(Extension.subjectKeyIdentifier, false, KeyIds.subject(publicKey))
          .addExtension(
              Extension.authorityKeyIdentifier,
              false,
              KeyIds.authority(issuer.getSubjectPublicKeyInfo()));
      if (authority.draft().crlUrl() != null) {
        builder.addExtension(
            Extension.cRLDistributionPoints, false, distribution(authority.draft().crlUrl()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return builder.build(new HsmSigner(key));
  }

  /** The certificate of {@code authority}, which issues. */
  static X509CertificateHolder holder(CertificateAuthority authority) {
    try {
      return new X509CertificateHolder(authority.certificate());
    } catch (IOException e) {
      throw new UncheckedIOException("the stored certificate cannot be read", e);
    }
  }

  private static ExtendedKeyUsage purposes(CertificateRoleDraft role) {
    List<KeyPurposeId> purposes = new ArrayList<>();
    for (CertificateUsage usage : role.usages()) {
      purposes.add(
          switch (usage) {
            case SERVER -> KeyPurposeId.id_kp_serverAuth;
            case CLIENT -> KeyPurposeId.id_kp_clientAuth;
          });
    }
    return new ExtendedKeyUsage(purposes.toArray(new KeyPurposeId[0]));
  }

  private static GeneralNames names(SubjectNames names) {
    List<GeneralName> all = new ArrayList<>();
    names.dnsNames().forEach(name -> all.add(text(GeneralName.dNSName, name)));
    names.uris().forEach(name -> all.add(text(GeneralName.uniformResourceIdentifier, name)));
    names
        .ipAddresses()
        .forEach(
            name ->
                all.add(
                    new GeneralName(
                        GeneralName.iPAddress,
                        new DEROctetString(InetAddress.ofLiteral(name).getAddress()))));
    return new GeneralNames(all.toArray(new GeneralName[0]));
  }

  private static GeneralName text(int kind, String name) {
    return new GeneralName(kind, new DERIA5String(name, true));
  }

  private static CRLDistPoint distribution(String url) {
    GeneralNames where = new GeneralNames(text(GeneralName.uniformResourceIdentifier, url));
    return new CRLDistPoint(
        new DistributionPoint[] {
          new DistributionPoint(new DistributionPointName(where), null, null)
        });
  }
}
