package dev.cofre.controlplane.server.x509;

import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.CertificateDraft;
import dev.cofre.controlplane.domain.CertificateKeyType;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.SubjectNames;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.pkcs.Attribute;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;

/**
 * What is taken from a PKCS#10 request: its public key, of which it proves that the private key is
 * there, and the names of its subjectAltName. Its subject and all else that it asks for are not
 * looked at. Immutable.
 */
public record SigningRequest(
    SubjectPublicKeyInfo publicKey, CertificateKeyType keyType, SubjectNames names) {
  private static final Pattern PEM =
      Pattern.compile(
          "\\s*-----BEGIN (NEW )?CERTIFICATE REQUEST-----\\s([A-Za-z0-9+/=\\s]*)"
              + "-----END (NEW )?CERTIFICATE REQUEST-----\\s*");

  /** With digests that are no longer than trust in them. */
  private static final Set<ASN1ObjectIdentifier> SIGNATURES =
      Set.of(
          X9ObjectIdentifiers.ecdsa_with_SHA256,
          X9ObjectIdentifiers.ecdsa_with_SHA384,
          X9ObjectIdentifiers.ecdsa_with_SHA512,
          PKCSObjectIdentifiers.sha256WithRSAEncryption,
          PKCSObjectIdentifiers.sha384WithRSAEncryption,
          PKCSObjectIdentifiers.sha512WithRSAEncryption);

  private static final int IPV6_BYTES = 16;

  /**
   * Reads a request and verifies its signature.
   *
   * @param permitted the types of keys that are to be certified
   * @throws ProblemException {@code forbidden} when its key is of another type
   * @throws InvalidDocumentException when it is none, its key is not one that is certified, its
   *     signature is wrong, or a name in it is none
   */
  public static SigningRequest read(String pem, Set<CertificateKeyType> permitted) {
    try {
      byte[] der = der(pem);
      PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
      // What is signed is the DER of it: nothing that others could read in another way.
      if (!Arrays.equals(der, request.toASN1Structure().getEncoded(ASN1Encoding.DER))) {
        throw wrong("is no PKCS#10 request in DER");
      }
      SubjectPublicKeyInfo publicKey = request.getSubjectPublicKeyInfo();
      CertificateKeyType type = PublicKeys.type(publicKey, permitted);
      requireSigned(request);
      return new SigningRequest(publicKey, type, names(request));
    } catch (InvalidDocumentException | ProblemException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // Whatever a parser makes of hostile bytes: it is no request.
      throw wrong("is no PKCS#10 request in DER");
    }
  }

  private static byte[] der(String pem) {
    Matcher matcher = PEM.matcher(pem);
    if (!matcher.matches()) {
      throw wrong("must be one PEM block, CERTIFICATE REQUEST, and nothing else");
    }
    return Base64.getDecoder().decode(matcher.group(2).replaceAll("\\s", ""));
  }

  private static void requireSigned(PKCS10CertificationRequest request) {
    if (!SIGNATURES.contains(request.getSignatureAlgorithm().getAlgorithm())) {
      throw wrong("must be signed by ECDSA or RSA (PKCS#1 v1.5) with SHA-256, -384 or -512");
    }
    try {
      ContentVerifierProvider verifier =
          new JcaContentVerifierProviderBuilder().build(request.getSubjectPublicKeyInfo());
      if (!request.isSignatureValid(verifier)) {
        throw wrong("is not signed by its own key");
      }
    } catch (OperatorCreationException | PKCSException e) {
      throw wrong("is not signed by its own key");
    }
  }

  private static SubjectNames names(PKCS10CertificationRequest request) {
    requireOneAtMost(request.getAttributes(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest));
    Extensions extensions = request.getRequestedExtensions();
    GeneralNames asked =
        extensions == null
            ? null
            : GeneralNames.fromExtensions(extensions, Extension.subjectAlternativeName);
    if (asked == null) {
      throw wrong("has no subjectAltName: names stand there, and not in the subject");
    }
    List<String> dnsNames = new ArrayList<>();
    List<String> uris = new ArrayList<>();
    List<String> addresses = new ArrayList<>();
    for (GeneralName name : asked.getNames()) {
      switch (name.getTagNo()) {
        case GeneralName.dNSName -> dnsNames.add(text(name));
        case GeneralName.uniformResourceIdentifier -> uris.add(text(name));
        case GeneralName.iPAddress -> addresses.add(address(name));
        default -> throw wrong("may name DNS names, URIs and IP addresses alone");
      }
    }
    return CertificateDraft.requested(dnsNames, uris, addresses);
  }

  /** Of several, others could read another one. */
  private static void requireOneAtMost(Attribute... extensionRequests) {
    if (extensionRequests.length > 1
        || (extensionRequests.length == 1 && extensionRequests[0].getAttrValues().size() != 1)) {
      throw wrong("must have one extensionRequest with one value");
    }
  }

  private static String text(GeneralName name) {
    return ASN1IA5String.getInstance(name.getName()).getString();
  }

  private static String address(GeneralName name) {
    byte[] bytes = ASN1OctetString.getInstance(name.getName()).getOctets();
    try {
      InetAddress address = InetAddress.getByAddress(bytes);
      // An IPv4 address in the form of an IPv6 one has a form of its own.
      boolean other = bytes.length == IPV6_BYTES && address.getAddress().length != IPV6_BYTES;
      return other ? "" : address.getHostAddress();
    } catch (UnknownHostException e) {
      return "";
    }
  }

  static InvalidDocumentException wrong(String message) {
    return new InvalidDocumentException(List.of(new FieldError("csr", message)));
  }
}
