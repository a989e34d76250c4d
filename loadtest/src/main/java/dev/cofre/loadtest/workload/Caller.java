package dev.cofre.loadtest.workload;

import dev.cofre.loadtest.document.Section;
import java.nio.file.Path;

/**
 * One of several principals, of any tenants, that send the requests.
 *
 * @param tokenFile with its bearer token
 * @param share of the requests, beside the others'
 * @param keys that it uses
 */
public record Caller(Path tokenFile, double share, KeyChoice keys) {
  static Caller read(Section section, KeyChoice usual) {
    Section keys = section.section("keys");
    return new Caller(
        Path.of(section.required("tokenFile")),
        section.number("share", 1, 1e-6, 1e9),
        keys == null ? usual : KeyChoice.read(keys));
  }
}
