package dev.cofre.cli.agent;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.util.Base64;
import java.util.List;

/**
 * A PKCS#10 request (RFC 2986) for a key pair on an elliptic curve: an empty subject, and the names
 * in a subjectAltName, which is all that the control plane looks at. Stateless.
 */
final class CertificateRequest {
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int BIT_STRING = 0x03;
  private static final int OCTET_STRING = 0x04;
  private static final int DNS = 0x82;
  private static final int URI = 0x86;
  private static final int IP = 0x87;
  private static final int ATTRIBUTES = 0xa0;

  /** INTEGER 0. */
  private static final byte[] VERSION = {0x02, 0x01, 0x00};

  /** 1.2.840.113549.1.9.14, extensionRequest. */
  private static final byte[] EXTENSION_REQUEST = {
    0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x09, 0x0e
  };

  /** 2.5.29.17, subjectAltName. */
  private static final byte[] ALT_NAME = {0x06, 0x03, 0x55, 0x1d, 0x11};

  /** 1.2.840.10045.4.3.2, ecdsa-with-SHA256. */
  private static final byte[] ECDSA_SHA256 = {
    0x06, 0x08, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x04, 0x03, 0x02
  };

  private CertificateRequest() {}

  /** The request as PEM; {@code ips} are literals. */
  static String pem(KeyPair pair, List<String> dnsNames, List<String> uris, List<String> ips)
      throws GeneralSecurityException {
    byte[][] names = new byte[dnsNames.size() + uris.size() + ips.size()][];
    int to = 0;
    for (String name : dnsNames) {
      names[to++] = der(DNS, name.getBytes(StandardCharsets.US_ASCII));
    }
    for (String uri : uris) {
      names[to++] = der(URI, uri.getBytes(StandardCharsets.US_ASCII));
    }
    for (String ip : ips) {
      names[to++] = der(IP, InetAddress.ofLiteral(ip).getAddress());
    }
    byte[] extension = der(SEQUENCE, ALT_NAME, der(OCTET_STRING, der(SEQUENCE, names)));
    byte[] attribute = der(SEQUENCE, EXTENSION_REQUEST, der(SET, der(SEQUENCE, extension)));
    byte[] information =
        der(
            SEQUENCE,
            VERSION,
            der(SEQUENCE),
            pair.getPublic().getEncoded(),
            der(ATTRIBUTES, attribute));
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(pair.getPrivate());
    signature.update(information);
    byte[] unusedBits = {0};
    byte[] request =
        der(
            SEQUENCE,
            information,
            der(SEQUENCE, ECDSA_SHA256),
            der(BIT_STRING, unusedBits, signature.sign()));
    return pem("CERTIFICATE REQUEST", request);
  }

  /** {@code der} under {@code label}, in lines of 64. */
  static String pem(String label, byte[] der) {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
  }

  private static byte[] der(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.write(tag);
    int length = content.size();
    if (length < 0x80) {
      whole.write(length);
    } else {
      int bytes = length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
      whole.write(0x80 | bytes);
      for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
        whole.write(length >> shift);
      }
    }
    whole.writeBytes(content.toByteArray());
    return whole.toByteArray();
  }
}
