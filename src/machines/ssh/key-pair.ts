export interface KeyPair {
  /** In the format of OpenSSH. A secret. */
  readonly privateKey: string
  /** One line of OpenSSH. */
  readonly publicKey: string
}

/** A new ed25519 pair, for one run or one machine. */
export async function newKeyPair(comment = 'chestnut'): Promise<KeyPair> {
  const { default: ssh2 } = await import('ssh2')
  const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment })
  return { privateKey: pair.private, publicKey: pair.public }
}
