package dev.cofre.dataplane.server.grpc;

import java.util.HashMap;
import java.util.Map;

/** The methods of {@code cofre.dataplane.v1.Crypto}. */
enum GrpcMethod {
  ENCRYPT("Encrypt", "encrypt", Form.SINGLE),
  DECRYPT("Decrypt", "decrypt", Form.SINGLE),
  REENCRYPT("Reencrypt", "reencrypt", Form.SINGLE),
  ENCRYPT_BATCH("EncryptBatch", "encrypt", Form.BATCH),
  DECRYPT_BATCH("DecryptBatch", "decrypt", Form.BATCH),
  REENCRYPT_BATCH("ReencryptBatch", "reencrypt", Form.BATCH),
  GENERATE_DATA_KEY("GenerateDataKey", "data-key:generate", Form.DATA_KEY),
  DECRYPT_DATA_KEY("DecryptDataKey", "data-key:unwrap", Form.DATA_KEY),
  ENCRYPT_STREAM("EncryptStream", "encrypt", Form.STREAM),
  DECRYPT_STREAM("DecryptStream", "decrypt", Form.STREAM),
  REENCRYPT_STREAM("ReencryptStream", "reencrypt", Form.STREAM);

  /** The shape of a method's messages. */
  enum Form {
    SINGLE,
    BATCH,
    DATA_KEY,
    STREAM
  }

  private static final Map<String, GrpcMethod> BY_PATH = new HashMap<>();

  static {
    for (GrpcMethod method : values()) {
      BY_PATH.put("/cofre.dataplane.v1.Crypto/" + method.text, method);
    }
  }

  private final String text;
  private final String action;
  private final Form form;

  GrpcMethod(String text, String action, Form form) {
    this.text = text;
    this.action = action;
    this.form = form;
  }

  /** The method at {@code path}, or null. */
  static GrpcMethod at(String path) {
    return BY_PATH.get(path);
  }

  /** Its name in policies, metrics and the audit log. */
  String action() {
    return action;
  }

  Form form() {
    return form;
  }
}
