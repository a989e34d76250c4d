package dev.cofre.hsm;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * Makes a token key pair under a self-signed certificate: SunPKCS11's key store finds a private key
 * only through one. The certificate is a container for the public key; nobody verifies it.
 */
final class SelfSigned {
  private static final long VALID_DAYS = 36_500;

  private SelfSigned() {}

  /** The key pair as it was generated: objects of a session, which the token then copied. */
  static KeyPair generate(Provider provider, KeyStore keyStore, String label, SigningCurve curve)
      throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", provider);
    generator.initialize(new ECGenParameterSpec(curve.standardName()));
    KeyPair pair = generator.generateKeyPair();
    X500Name name = new X500Name("CN=" + label);
    Instant now = Instant.now();
    JcaX509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            name,
            BigInteger.valueOf(now.toEpochMilli()),
            Date.from(now),
            Date.from(now.plus(VALID_DAYS, ChronoUnit.DAYS)),
            name,
            pair.getPublic());
    try {
      Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  builder.build(
                      new JcaContentSignerBuilder(curve.signature())
                          .setProvider(provider)
                          .build(pair.getPrivate())));
      keyStore.setKeyEntry(label, pair.getPrivate(), null, new Certificate[] {certificate});
      return pair;
    } catch (OperatorCreationException e) {
      throw new GeneralSecurityException(e);
    }
  }
}
