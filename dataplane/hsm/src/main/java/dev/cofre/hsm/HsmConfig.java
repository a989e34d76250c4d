package dev.cofre.hsm;

import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Which token: another vendor's HSM is another configuration.
 *
 * @param library the vendor's PKCS#11 module
 * @param tokenLabel names the token when {@code slot} is absent
 * @param slot the slot's id, which wins over the label
 */
public record HsmConfig(Path library, String tokenLabel, OptionalLong slot) {}
