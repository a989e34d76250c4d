/** Tests of local encryption. */
package dev.cofre.client.local;
