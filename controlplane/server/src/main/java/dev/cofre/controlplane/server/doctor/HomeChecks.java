package dev.cofre.controlplane.server.doctor;

import dev.cofre.controlplane.server.dev.DevHome;
import dev.cofre.controlplane.server.dev.DevToken;
import dev.cofre.hsm.HsmConfig;
import dev.cofre.hsm.HsmException;
import dev.cofre.hsm.KekProof;
import dev.cofre.hsm.Pin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Checks of the HSM's module, a development home, its token and its ports. */
final class HomeChecks {
  private static final String TOKEN = "hsm-token";
  private final DevHome home;
  private final Path library;

  HomeChecks(DevHome home, Path library) {
    this.home = home;
    this.library = library;
  }

  List<Finding> run() {
    List<Finding> findings = new ArrayList<>();
    findings.add(
        Files.isReadable(library)
            ? Finding.ok("hsm-module", library.toString())
            : Finding.fail("hsm-module", "no " + library + "; run: apt-get install softhsm2"));
    if (Files.isDirectory(home.root())) {
      findings.addAll(modes());
    } else {
      findings.add(Finding.ok("home", home.root() + " is not made yet; ./cofre dev makes it"));
    }
    if (Files.isDirectory(home.tokens()) && Files.isReadable(library)) {
      findings.addAll(
          token(new HsmConfig(library, DevToken.LABEL, OptionalLong.empty()), home.pin()));
    }
    findings.add(port("port-data", home.dataPort()));
    findings.add(port("port-control", home.controlPort()));
    return findings;
  }

  private List<Finding> modes() {
    List<Finding> findings = new ArrayList<>();
    for (Path directory : home.directories()) {
      mode(directory, "rwx------", "700").ifPresent(findings::add);
    }
    mode(home.pin(), "rw-------", "600").ifPresent(findings::add);
    if (findings.isEmpty()) {
      findings.add(Finding.ok("home", home.root() + " is for its owner alone"));
    }
    return findings;
  }

  private static Optional<Finding> mode(Path path, String wanted, String octal) {
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    try {
      String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
      return mode.equals(wanted)
          ? Optional.empty()
          : Optional.of(
              Finding.fail(
                  "home", path + " has mode " + mode + "; run: chmod " + octal + " " + path));
    } catch (IOException e) {
      return Optional.of(Finding.fail("home", path + " cannot be examined"));
    }
  }

  /** Logs in and tries to read every KEK's bytes, by the module's own functions. */
  static List<Finding> token(HsmConfig config, Path pinFile) {
    List<KekProof.Finding> keys;
    try (Pin pin = Pin.read(pinFile.toString())) {
      keys = KekProof.run(config, pin);
    } catch (HsmException e) {
      return List.of(Finding.fail(TOKEN, e.getMessage()));
    }
    List<Finding> findings = new ArrayList<>();
    findings.add(Finding.ok(TOKEN, "login works, " + keys.size() + " secret keys"));
    List<String> readable = new ArrayList<>();
    List<String> exportable = new ArrayList<>();
    for (KekProof.Finding key : keys) {
      if (key.readable() || (!key.guarded() && !key.exportable())) {
        readable.add(key.label());
      } else if (key.exportable()) {
        exportable.add(key.label());
      }
    }
    if (!exportable.isEmpty()) {
      findings.add(
          Finding.ok("hsm-keys-exportable", "made so that they may leave wrapped: " + exportable));
    }
    findings.add(
        readable.isEmpty()
            ? Finding.ok(
                "hsm-keys-stay",
                "no key's bytes can be read out (tried " + keys.size() + "), all are sensitive")
            : Finding.fail(
                "hsm-keys-stay",
                "keys whose bytes may leave the token: " + readable + "; replace them"));
    return findings;
  }

  private static Finding port(String check, int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return Finding.ok(check, port + " is free");
    } catch (IOException e) {
      return Finding.warn(
          check,
          port
              + " is in use: fine when ./cofre dev runs, else stop its user or set COFRE_PORT_BASE");
    }
  }
}
