package dev.cofre.cli.migrate;

import dev.cofre.documents.yaml.Place;
import java.util.Arrays;
import java.util.Base64;

/** One value of a secret as a file holds it. It does not show the value. Not thread-safe. */
public final class SourceValue {
  private final Place place;
  private final byte[] bytes;

  /** {@code bytes} are this object's from now on. */
  SourceValue(Place place, byte[] bytes) {
    this.place = place;
    this.bytes = bytes;
  }

  /** Where it stands. */
  public Place place() {
    return place;
  }

  /** How many bytes it has. */
  public int length() {
    return bytes.length;
  }

  /** It as the API takes it; the text stays in memory until that is used again. */
  public String base64() {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** Overwrites it. */
  void wipe() {
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public String toString() {
    return "SourceValue[" + place + "]";
  }
}
