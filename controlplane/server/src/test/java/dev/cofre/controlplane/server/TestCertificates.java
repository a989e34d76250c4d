package dev.cofre.controlplane.server;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A throw-away certificate authority, and what it issues. */
public final class TestCertificates {
  private final KeyPair authorityKey = newKey();
  private final X509Certificate authority;

  /** A new authority. */
  public TestCertificates() {
    authority = issue("CN=Test CA", authorityKey, null);
  }

  /** A certificate with its key. */
  public record Identity(X509Certificate certificate, PrivateKey key) {}

  /** A certificate for {@code commonName} and {@code dnsName}. */
  public Identity identity(String commonName, String dnsName) {
    KeyPair key = newKey();
    return new Identity(issue("CN=" + commonName, key, dnsName), key.getPrivate());
  }

  /** One with these URI names, that counts for {@code validity}; a CA's when {@code signs}. */
  Identity workload(Duration validity, boolean signs, String... uris) {
    KeyPair key = newKey();
    Instant now = Instant.now();
    GeneralName[] names = new GeneralName[uris.length];
    for (int i = 0; i < uris.length; i++) {
      names[i] = new GeneralName(GeneralName.uniformResourceIdentifier, uris[i]);
    }
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              new X500Name("CN=Test CA"),
              BigInteger.valueOf(System.nanoTime()),
              Date.from(now.minus(Duration.ofHours(1))),
              Date.from(now.plus(validity)),
              new X500Name("CN=node-1"),
              key.getPublic());
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(signs));
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(
                      new JcaContentSignerBuilder("SHA256withECDSA")
                          .build(authorityKey.getPrivate())));
      return new Identity(certificate, key.getPrivate());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new AssertionError(e);
    }
  }

  private X509Certificate issue(String subject, KeyPair key, String dnsName) {
    Instant now = Instant.now();
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              new X500Name("CN=Test CA"),
              BigInteger.valueOf(System.nanoTime()),
              Date.from(now.minus(Duration.ofHours(1))),
              Date.from(now.plus(Duration.ofDays(1))),
              new X500Name(subject),
              key.getPublic());
      if (dnsName == null) {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
      } else {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(new GeneralName(GeneralName.dNSName, dnsName)));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(authorityKey.getPrivate())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException | OperatorCreationException e) {
      throw new AssertionError(e);
    }
  }

  /** The authority's certificate as PEM. */
  public Path writeAuthority(Path file) throws IOException {
    return write(file, authority);
  }

  /** {@code part} as PEM. */
  public static Path write(Path file, Object part) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
      pem.writeObject(part instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : part);
    }
    return Files.writeString(file, text.toString());
  }

  /** A client that trusts the authority and shows {@code identity}, unless that is null. */
  public SSLContext client(Identity identity) throws GeneralSecurityException, IOException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("ca", authority);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    if (identity != null) {
      own.setKeyEntry(
          "own", identity.key, new char[0], new Certificate[] {identity.certificate, authority});
    }
    keys.init(own, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static KeyPair newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
