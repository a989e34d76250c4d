package dev.cofre.controlplane.server.doctor;

/**
 * What one check found.
 *
 * @param check its name
 * @param detail what was seen, and unless it is well, what to do
 */
record Finding(String check, Grade grade, String detail) {
  /** How bad it is. */
  enum Grade {
    OK,
    WARN,
    FAIL
  }

  static Finding ok(String check, String detail) {
    return new Finding(check, Grade.OK, detail);
  }

  static Finding warn(String check, String detail) {
    return new Finding(check, Grade.WARN, detail);
  }

  static Finding fail(String check, String detail) {
    return new Finding(check, Grade.FAIL, detail);
  }
}
