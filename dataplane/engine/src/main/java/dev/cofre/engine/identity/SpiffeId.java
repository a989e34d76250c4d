package dev.cofre.engine.identity;

import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * The SPIFFE id of a client certificate that the TLS handshake has verified, by the rules of the
 * X509-SVID: exactly one URI name and it is the id; a leaf that signs no certificates. Stateless.
 *
 * <p>Sources: SPIFFE-ID §2 (form), X509-SVID §2, §4 and §5.2 (what a validator checks).
 */
public final class SpiffeId {
  /** The longest id that is accepted, in characters; the specification allows 2,048 bytes. */
  public static final int LENGTH_MAX = 1_024;

  private static final String SCHEME = "spiffe://";
  private static final Pattern TRUST_DOMAIN = Pattern.compile("[a-z0-9._-]{1,255}");
  private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._-]+)+");
  private static final Pattern DOTS = Pattern.compile(".*/\\.{1,2}(/.*)?");
  private static final int URI_NAME = 6;
  private static final int DIGITAL_SIGNATURE = 0;
  private static final int KEY_CERT_SIGN = 5;
  private static final int CRL_SIGN = 6;

  /** What is kept with a TLS session that carries none. */
  private static final String NONE = "";

  private static final String REMEMBERED = "dev.cofre.spiffe-id";

  private SpiffeId() {}

  /**
   * The id of the peer of {@code session} in {@code trustDomain}; empty when it has none, or one
   * that breaks the rules. It is read once for each TLS session.
   *
   * @param session null without TLS
   */
  public static Optional<String> of(SSLSession session, Optional<String> trustDomain) {
    if (session == null || trustDomain.isEmpty()) {
      return Optional.empty();
    }
    Object remembered = session.getValue(REMEMBERED);
    if (!(remembered instanceof String)) {
      remembered = read(session, trustDomain.get()).orElse(NONE);
      session.putValue(REMEMBERED, remembered);
    }
    return remembered.equals(NONE) ? Optional.empty() : Optional.of((String) remembered);
  }

  private static Optional<String> read(SSLSession session, String trustDomain) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate leaf
          ? of(leaf, trustDomain)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  /** The id that {@code leaf}, whose chain was verified, carries in {@code trustDomain}. */
  static Optional<String> of(X509Certificate leaf, String trustDomain) {
    boolean[] usage = leaf.getKeyUsage();
    boolean signs = usage != null && (usage[KEY_CERT_SIGN] || usage[CRL_SIGN]);
    if (leaf.getBasicConstraints() >= 0 || signs || (usage != null && !usage[DIGITAL_SIGNATURE])) {
      return Optional.empty();
    }
    List<String> uris = uris(leaf);
    return uris.size() == 1
            && isWellFormed(uris.getFirst())
            && uris.getFirst().startsWith(SCHEME + trustDomain + "/")
        ? Optional.of(uris.getFirst())
        : Optional.empty();
  }

  private static List<String> uris(X509Certificate leaf) {
    try {
      Collection<List<?>> names = leaf.getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream()
              .filter(name -> name.get(0).equals(URI_NAME))
              .map(name -> name.get(1).toString())
              .toList();
    } catch (CertificateParsingException e) {
      return List.of();
    }
  }

  /** Whether {@code certificate} names a URI: then it is known by no other name. */
  public static boolean hasUri(X509Certificate certificate) {
    return !uris(certificate).isEmpty();
  }

  /** Whether {@code id} is a SPIFFE id of a workload: a trust domain and a path. */
  public static boolean isWellFormed(String id) {
    int slash = id.startsWith(SCHEME) ? id.indexOf('/', SCHEME.length()) : -1;
    return slash > 0
        && id.length() <= LENGTH_MAX
        && TRUST_DOMAIN.matcher(id.substring(SCHEME.length(), slash)).matches()
        && PATH.matcher(id.substring(slash)).matches()
        && !DOTS.matcher(id.substring(slash)).matches();
  }
}
