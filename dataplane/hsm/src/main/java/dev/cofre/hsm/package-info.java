/**
 * The one place that touches a token: login, KEKs, signing keys, and what proves that key bytes
 * stay inside.
 *
 * <p>{@link dev.cofre.hsm.Hsm} is what the planes see. {@link dev.cofre.hsm.Pkcs11Hsm} serves it
 * through SunPKCS11; the few calls which that provider lacks (making a token, finding a slot by its
 * label, reading attributes) go through {@link dev.cofre.hsm.Cryptoki}, straight to the module.
 */
package dev.cofre.hsm;
