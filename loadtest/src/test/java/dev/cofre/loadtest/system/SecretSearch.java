package dev.cofre.loadtest.system;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Looks for secrets in files: as they are, in UTF-16, in base64 and in hexadecimal. */
final class SecretSearch {
  /** Needle, as Latin-1 text, to the name of what it gives away. */
  private final Map<String, String> needles = new HashMap<>();

  private int files;

  /** Looks for the keys of {@code secrets}, whose values name them. */
  SecretSearch(Map<String, String> secrets) {
    secrets.forEach(this::addForms);
  }

  private void addForms(String secret, String name) {
    byte[] bytes = secret.getBytes(UTF_8);
    needles.put(new String(bytes, ISO_8859_1), name);
    needles.put(HexFormat.of().formatHex(bytes), name + " in hexadecimal");
    needles.put(HexFormat.of().withUpperCase().formatHex(bytes), name + " in hexadecimal");
    needles.put(new String(secret.getBytes(UTF_16BE), ISO_8859_1), name + " in UTF-16");
    // In a longer text the secret begins at any of three places of a base64 group.
    for (int shift = 0; shift < 3; shift++) {
      byte[] shifted = new byte[shift + bytes.length];
      System.arraycopy(bytes, 0, shifted, shift, bytes.length);
      for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
        String text = encoder.withoutPadding().encodeToString(shifted);
        needles.put(text.substring(shift == 0 ? 0 : 4, text.length() - 4), name + " in base64");
      }
    }
  }

  /** What is found in the files below {@code folder} but {@code exceptions}. */
  List<String> in(Path folder, List<Path> exceptions) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(folder)) {
      all = walk.filter(Files::isRegularFile).filter(file -> !isOurs(file)).toList();
    }
    List<String> found = new ArrayList<>();
    for (Path file : all) {
      if (!exceptions.contains(file)) {
        files++;
        String text = Files.readString(file, ISO_8859_1);
        needles.forEach(
            (needle, name) -> {
              if (text.contains(needle)) {
                found.add(name + " in " + folder.relativize(file));
              }
            });
      }
    }
    return found;
  }

  /** What the test itself gave to the command line or took from it. */
  private static boolean isOurs(Path file) {
    return file.getFileName().toString().startsWith("std");
  }

  /** How many files were looked into. */
  int files() {
    return files;
  }
}
