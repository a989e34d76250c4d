package dev.cofre.loadtest.system;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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

/** A certificate authority of a test, and the PEM files that it issues into a folder. */
final class Certificates {
  private static final String ISSUER = "CN=Authority of a test";

  private final Path folder;
  private final KeyPair authorityKey;
  private final X509Certificate authority;

  Certificates(Path folder) throws Exception {
    this.folder = Files.createDirectories(folder);
    this.authorityKey = newKey();
    this.authority = issue(ISSUER, authorityKey, true);
    Files.writeString(authorityFile(), pem(authority));
  }

  /** PEM files of a certificate and its key. */
  record Identity(Path certificate, Path key) {}

  /** The authority's certificate. */
  Path authorityFile() {
    return folder.resolve("ca.pem");
  }

  /** A certificate for {@code commonName} on this machine's loopback. */
  Identity identity(String commonName) throws Exception {
    KeyPair key = newKey();
    Path certificate = folder.resolve(commonName + ".pem");
    Path keyFile = folder.resolve(commonName + ".key");
    Files.writeString(certificate, pem(issue("CN=" + commonName, key, false)));
    Files.writeString(keyFile, pem(key.getPrivate()));
    Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-------"));
    return new Identity(certificate, keyFile);
  }

  private static KeyPair newKey() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private X509Certificate issue(String subject, KeyPair key, boolean isAuthority)
      throws GeneralSecurityException, IOException, OperatorCreationException {
    return issue(
        subject,
        key,
        isAuthority,
        new GeneralName(GeneralName.dNSName, "localhost"),
        new GeneralName(GeneralName.iPAddress, "127.0.0.1"));
  }

  private X509Certificate issue(
      String subject, KeyPair key, boolean isAuthority, GeneralName... names)
      throws GeneralSecurityException, IOException, OperatorCreationException {
    Instant now = Instant.now();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            new X500Name(ISSUER),
            BigInteger.valueOf(System.nanoTime()),
            Date.from(now.minus(Duration.ofHours(1))),
            Date.from(now.plus(Duration.ofDays(1))),
            new X500Name(subject),
            key.getPublic());
    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(isAuthority));
    if (!isAuthority) {
      builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
    }
    return new JcaX509CertificateConverter()
        .getCertificate(
            builder.build(
                new JcaContentSignerBuilder("SHA256withECDSA").build(authorityKey.getPrivate())));
  }

  private static String pem(Object part) throws IOException {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
      pem.writeObject(part instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : part);
    }
    return text.toString();
  }

  /** A client that trusts this authority alone. */
  SSLContext client() throws Exception {
    return context(emptyStore());
  }

  /**
   * A client that trusts this authority alone and shows a new certificate of {@code commonName}.
   */
  SSLContext client(String commonName) throws Exception {
    return showing(this, commonName);
  }

  /** A client that trusts this authority alone and shows a certificate with {@code spiffeId}. */
  SSLContext workload(String spiffeId) throws Exception {
    KeyPair key = newKey();
    KeyStore own = emptyStore();
    GeneralName name = new GeneralName(GeneralName.uniformResourceIdentifier, spiffeId);
    Certificate[] chain = {issue("CN=workload", key, false, name), authority};
    own.setKeyEntry("own", key.getPrivate(), new char[0], chain);
    return context(own);
  }

  /** A client that trusts this authority, but shows a certificate of {@code other}. */
  SSLContext showing(Certificates other, String commonName) throws Exception {
    KeyPair key = newKey();
    KeyStore own = emptyStore();
    Certificate[] chain = {other.issue("CN=" + commonName, key, false), other.authority};
    own.setKeyEntry("own", key.getPrivate(), new char[0], chain);
    return context(own);
  }

  private SSLContext context(KeyStore own) throws Exception {
    KeyStore trusted = emptyStore();
    trusted.setCertificateEntry("ca", authority);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }
}
