package dev.cofre.dataplane.server.http;

import dev.cofre.contract.context.EncryptionContext;

/**
 * A JSON body that was read, beside the inputs that went into a batch.
 *
 * @param batch whether it came as {@code items}
 * @param context of a call without inputs ({@code data-keys})
 * @param bytes the length of the data key that is asked for
 * @param withPlaintext whether the data key is asked for in clear
 */
record JsonRequest(boolean batch, EncryptionContext context, int bytes, boolean withPlaintext) {}
