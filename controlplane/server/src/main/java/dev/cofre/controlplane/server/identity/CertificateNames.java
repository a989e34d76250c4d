package dev.cofre.controlplane.server.identity;

import dev.cofre.engine.identity.SpiffeId;
import java.lang.System.Logger.Level;
import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** The names in a client certificate that the TLS handshake has verified. Stateless. */
public final class CertificateNames {
  private static final System.Logger LOG = System.getLogger(CertificateNames.class.getName());
  private static final int DNS_NAME = 2;

  /** Stands for a certificate that is known by its URI: no name of a node. */
  private static final String UNNAMED = "";

  private CertificateNames() {}

  /**
   * Common name and DNS names of the peer of {@code session}; empty without a certificate. One that
   * has URI names has one empty name: who issues SPIFFE ids often leaves the other names to the
   * workload, and none of these is to make it a node.
   */
  public static List<String> of(SSLSession session) {
    if (session == null) {
      return List.of();
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate certificate
          ? names(certificate)
          : List.of();
    } catch (SSLPeerUnverifiedException e) {
      LOG.log(Level.TRACE, "the peer sent no certificate", e);
      return List.of();
    }
  }

  private static List<String> names(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    if (SpiffeId.hasUri(certificate)) {
      return List.of(UNNAMED);
    }
    try {
      for (Rdn rdn : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
        if (rdn.getType().equalsIgnoreCase("CN")) {
          names.add(rdn.getValue().toString());
        }
      }
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          if (alternative.get(0).equals(DNS_NAME)) {
            names.add(alternative.get(1).toString());
          }
        }
      }
    } catch (InvalidNameException | CertificateParsingException e) {
      LOG.log(Level.DEBUG, "a client certificate's names cannot be read", e);
    }
    return names;
  }
}
