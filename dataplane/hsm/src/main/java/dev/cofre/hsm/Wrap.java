package dev.cofre.hsm;

import java.util.Arrays;
import java.util.Objects;

/**
 * A key that a KEK wrapped, with all that the token authenticates. It holds nothing secret.
 * Immutable: nobody changes the arrays.
 *
 * <p>Equal and ordered by exact bytes. The order is there for hash maps: whoever sends junk chooses
 * its hash, and a map of comparable keys stays fast all the same.
 */
record Wrap(String kekLabel, byte[] iv, byte[] aad, byte[] wrapped) implements Comparable<Wrap> {
  @Override
  public boolean equals(Object other) {
    return other instanceof Wrap wrap && compareTo(wrap) == 0;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        kekLabel, Arrays.hashCode(iv), Arrays.hashCode(aad), Arrays.hashCode(wrapped));
  }

  @Override
  public int compareTo(Wrap other) {
    int order = Arrays.compare(wrapped, other.wrapped);
    order = order != 0 ? order : Arrays.compare(iv, other.iv);
    order = order != 0 ? order : kekLabel.compareTo(other.kekLabel);
    return order != 0 ? order : Arrays.compare(aad, other.aad);
  }

  @Override
  public String toString() {
    return "Wrap[" + kekLabel + "]";
  }
}
