/**
 * Credentials for applications: kept valid ahead of their ends, by {@link
 * dev.cofre.client.credentials.CredentialProvider}.
 */
package dev.cofre.client.credentials;
