package dev.cofre.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What a command is given by its caller: environment and standard streams.
 *
 * @param out takes bytes as they are, and fails when its reader is gone
 */
record Terminal(
    Map<String, String> environment, InputStream in, OutputStream out, PrintWriter err) {
  /** The process's own, unbuffered. */
  static Terminal ofProcess() {
    return new Terminal(
        System.getenv(),
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        new PrintWriter(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8));
  }

  /** Prints {@code text} as it is and flushes. */
  void print(String text) {
    try {
      out.write(text.getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      throw new CliException(ExitCodes.LOCAL_IO, "cannot write the output: " + e.getMessage());
    }
  }

  /**
   * {@code text} in one line without control characters of ASCII and Latin-1, marks of direction
   * and others that are not seen, so that what a service sends cannot steer the terminal or show in
   * another order than it is.
   */
  static String plain(String text) {
    return text == null ? "" : text.replaceAll("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ").strip();
  }
}
