package dev.cofre.cli;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The encryption context as an option. */
final class ContextOption {
  @Option(
      names = "--context",
      paramLabel = "k=v[,k=v...]",
      description = {
        "Encryption context: public pairs bound to the ciphertext, the same to encrypt and decrypt.",
        "May be repeated; a comma or percent sign in a part is written %%2C, %%25."
      })
  List<String> values = new ArrayList<>();

  /** The pairs in the order given. */
  Map<String, String> pairs() {
    return pairs(values);
  }

  /** The pairs of {@code values}, each as the option takes it. */
  static Map<String, String> pairs(List<String> values) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String value : values) {
      for (String pair : value.split(",", -1)) {
        int equals = pair.indexOf('=');
        if (equals < 1) {
          throw new CliException(ExitCodes.USAGE, "--context must be k=v,k2=v2, not " + value);
        }
        String key = decoded(pair.substring(0, equals));
        if (pairs.put(key, decoded(pair.substring(equals + 1))) != null) {
          throw new CliException(ExitCodes.USAGE, "--context names " + key + " twice");
        }
      }
    }
    return pairs;
  }

  private static String decoded(String part) {
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new CliException(
          ExitCodes.USAGE, "--context has a percent sign that is not an escape; write it %25");
    }
  }
}
