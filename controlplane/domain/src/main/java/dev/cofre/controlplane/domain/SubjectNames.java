package dev.cofre.controlplane.domain;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The names that a certificate is for, each in the one way that it is written here: equal names are
 * equal texts. Immutable.
 *
 * <p>DNS names are ASCII, in lower case, of letters, digits and hyphens, without a dot at their end
 * and without wildcards. An internationalized name is its A-labels ({@code xn--…}). URIs are SPIFFE
 * ids.
 *
 * @param dnsNames in the order in which they came
 * @param uris at most one is a rule of SPIFFE
 * @param ipAddresses IPv4 dotted, IPv6 in full as eight groups
 */
public record SubjectNames(List<String> dnsNames, List<String> uris, List<String> ipAddresses) {
  /** The most names of one certificate. */
  public static final int NAMES_MAX = 100;

  private static final int IPV6_BYTES = 16;
  private static final int DNS_MAX = 253;
  private static final int URI_MAX = 256;
  private static final int TRUST_DOMAIN_MAX = 255;
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern NUMBER = Pattern.compile("[0-9]+|0x[0-9a-f]*");
  private static final Pattern A_LABEL = Pattern.compile("xn--[a-z0-9-]+");
  private static final Pattern TRUST_DOMAIN = Pattern.compile("[a-z0-9._-]+");
  private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9._-]+");
  private static final Pattern IPV4 =
      Pattern.compile("((0|[1-9][0-9]{0,2})\\.){3}(0|[1-9][0-9]{0,2})");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:]{2,39}");
  private static final String SPIFFE = "spiffe://";

  /** Takes copies. */
  public SubjectNames {
    dnsNames = List.copyOf(dnsNames);
    uris = List.copyOf(uris);
    ipAddresses = List.copyOf(ipAddresses);
  }

  /** How many there are. */
  public int count() {
    return dnsNames.size() + uris.size() + ipAddresses.size();
  }

  /** {@code text} as a DNS name; null when it is none. */
  static String dnsName(String text) {
    if (text.length() > DNS_MAX || !isAscii(text)) {
      return null;
    }
    String name = text.toLowerCase(Locale.ROOT);
    String[] labels = name.split("\\.", -1);
    for (String label : labels) {
      if (!isLabel(label)) {
        return null;
      }
    }
    // What ends in a number is an address to those who look names up (WHATWG URL).
    return NUMBER.matcher(labels[labels.length - 1]).matches() ? null : name;
  }

  private static boolean isLabel(String label) {
    boolean reserved = label.length() >= 4 && label.startsWith("--", 2);
    return LABEL.matcher(label).matches() && (!reserved || A_LABEL.matcher(label).matches());
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }

  /** {@code text} as a dot and what names may end in: two labels or more; null when it is not. */
  static String dnsSuffix(String text) {
    if (!text.startsWith(".") || text.indexOf('.', 1) < 0) {
      return null;
    }
    String name = dnsName(text.substring(1));
    return name == null ? null : "." + name;
  }

  /** Whether a label of {@code dnsName} is an A-label, which looks different where it is shown. */
  static boolean isInternationalized(String dnsName) {
    return dnsName.startsWith("xn--") || dnsName.contains(".xn--");
  }

  /** {@code text} as a SPIFFE id with a path; null when it is none. */
  static String spiffeId(String text) {
    if (text.length() > URI_MAX || !text.startsWith(SPIFFE)) {
      return null;
    }
    String[] parts = text.substring(SPIFFE.length()).split("/", -1);
    if (parts.length < 2
        || parts[0].length() > TRUST_DOMAIN_MAX
        || !TRUST_DOMAIN.matcher(parts[0]).matches()) {
      return null;
    }
    for (int i = 1; i < parts.length; i++) {
      String segment = parts[i];
      if (!SEGMENT.matcher(segment).matches() || segment.equals(".") || segment.equals("..")) {
        return null;
      }
    }
    return text;
  }

  /** {@code text} as an address; null when it is none. */
  static String ipAddress(String text) {
    boolean six = IPV6.matcher(text).matches() && text.indexOf(':') >= 0;
    if (!six && !IPV4.matcher(text).matches()) {
      return null;
    }
    try {
      InetAddress address = InetAddress.ofLiteral(text);
      // An IPv4 address in the form of an IPv6 one has a form of its own.
      return six && address.getAddress().length != IPV6_BYTES ? null : address.getHostAddress();
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
