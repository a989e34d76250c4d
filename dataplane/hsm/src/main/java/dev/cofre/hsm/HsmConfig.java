package dev.cofre.hsm;

import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Which token, and how it is spoken to: another vendor's HSM is another configuration. Immutable.
 *
 * @param library the vendor's PKCS#11 module
 * @param tokenLabel names the token when {@code slot} is absent
 * @param slot the slot's id, which wins over the label
 * @param backend what carries wraps and unwraps
 * @param moduleArguments what the module wants at its beginning (C_Initialize's pReserved); mostly
 *     empty
 */
public record HsmConfig(
    Path library, String tokenLabel, OptionalLong slot, Backend backend, String moduleArguments) {

  /** What carries wraps and unwraps to the module. */
  public enum Backend {
    /** The JDK's PKCS#11 provider: works with what the JDK works with. */
    SUNPKCS11,
    /** The module's C functions themselves: half the calls, and copies of the keys in sessions. */
    FFM
  }

  /** A token behind the portable back end, whose module wants no arguments. */
  public HsmConfig(Path library, String tokenLabel, OptionalLong slot) {
    this(library, tokenLabel, slot, Backend.SUNPKCS11, "");
  }

  /** The same token through {@code other}. */
  public HsmConfig with(Backend other) {
    return new HsmConfig(library, tokenLabel, slot, other, moduleArguments);
  }
}
