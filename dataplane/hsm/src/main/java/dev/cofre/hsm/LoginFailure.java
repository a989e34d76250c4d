package dev.cofre.hsm;

import java.io.IOException;
import javax.security.auth.login.LoginException;

/** Tells why a key store could not be loaded. */
final class LoginFailure {
  private LoginFailure() {}

  static HsmException of(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (message.contains("CKR_PIN_INCORRECT") || message.contains("CKR_PIN_LEN_RANGE")) {
        return Cryptoki.loginRefused(CkResult.PIN_INCORRECT);
      }
      if (message.contains("CKR_PIN_LOCKED")) {
        return Cryptoki.loginRefused(CkResult.PIN_LOCKED);
      }
    }
    return new HsmException(
        isOfLogin(failure) ? "the login to the HSM failed" : "the HSM's keys cannot be listed",
        failure);
  }

  /** Whether it was the login itself that failed, and not what followed it. */
  static boolean isOfLogin(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof LoginException
          || String.valueOf(cause.getMessage()).contains("CKR_PIN")) {
        return true;
      }
    }
    return false;
  }
}
