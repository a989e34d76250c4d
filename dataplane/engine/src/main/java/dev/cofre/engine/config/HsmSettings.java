package dev.cofre.engine.config;

import static dev.cofre.engine.config.Setting.Kind.NUMBER;
import static dev.cofre.engine.config.Setting.Kind.PATH;
import static dev.cofre.engine.config.Setting.Kind.TEXT;

import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.HsmConfig;
import dev.cofre.hsm.Pin;
import dev.cofre.hsm.Pkcs11Hsm;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The settings that name the HSM, the same for both planes. */
public final class HsmSettings {
  private static final Setting LIBRARY =
      Setting.withDefault(
          "hsm.library",
          PATH,
          "/usr/lib/softhsm/libsofthsm2.so",
          "the PKCS#11 module of the HSM's vendor");
  private static final Setting BACKEND =
      Setting.withDefault(
          "hsm.backend",
          TEXT,
          "sunpkcs11",
          "what carries wraps to the module: sunpkcs11 (the JDK's provider) or ffm (its C functions)");
  private static final Setting MODULE_ARGUMENTS =
      Setting.optional(
          "hsm.moduleArguments",
          TEXT,
          "what the module wants at its beginning (C_Initialize); most want nothing");
  private static final Setting TOKEN_LABEL =
      Setting.withDefault(
          "hsm.tokenLabel", TEXT, "cofre", "the label of the token, when hsm.slot is absent");
  private static final Setting SLOT =
      Setting.optional("hsm.slot", NUMBER, "the id of the token's slot; wins over hsm.tokenLabel");
  private static final Setting PIN_FILE =
      Setting.required(
          "hsm.pinFile",
          TEXT,
          "the file (mode 0600, or a secret mount) that holds the token's PIN, or the word prompt");

  /** All of them. */
  public static final List<Setting> ALL =
      List.of(LIBRARY, BACKEND, MODULE_ARGUMENTS, TOKEN_LABEL, SLOT, PIN_FILE);

  private HsmSettings() {}

  /** Which token. */
  public static HsmConfig hsmConfig(Configuration configuration) {
    OptionalLong slot =
        configuration
            .find(SLOT)
            .map(text -> OptionalLong.of(Long.parseLong(text)))
            .orElseGet(OptionalLong::empty);
    return new HsmConfig(
        configuration.path(LIBRARY),
        configuration.text(TOKEN_LABEL),
        slot,
        backend(configuration.text(BACKEND)),
        configuration.find(MODULE_ARGUMENTS).orElse(""));
  }

  private static HsmConfig.Backend backend(String name) {
    return switch (name) {
      case "sunpkcs11" -> HsmConfig.Backend.SUNPKCS11;
      case "ffm" -> HsmConfig.Backend.FFM;
      default -> throw new ConfigException(BACKEND.key() + " is sunpkcs11 or ffm, not " + name);
    };
  }

  /** The file that holds the PIN, unless it is to be asked for. */
  public static Optional<Path> pinFile(Configuration configuration) {
    return configuration.text(PIN_FILE).equals(Pin.PROMPT)
        ? Optional.empty()
        : Optional.of(configuration.path(PIN_FILE));
  }

  /** Reads the PIN from where the configuration says. */
  public static Pin pin(Configuration configuration) {
    return Pin.read(pinFile(configuration).map(Path::toString).orElse(Pin.PROMPT));
  }

  /** Logs in, once. */
  public static Hsm login(Configuration configuration) {
    return Pkcs11Hsm.login(hsmConfig(configuration), pin(configuration));
  }
}
