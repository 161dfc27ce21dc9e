import type { Blockv1 } from '@scaleway/sdk-block'
import type { Instancev1 } from '@scaleway/sdk-instance'
import type { Jobsv1alpha1 } from '@scaleway/sdk-jobs'
import type { Marketplacev2 } from '@scaleway/sdk-marketplace'
import type { ProductCatalogv2alpha1 } from '@scaleway/sdk-product-catalog'
import type { Secretv1beta1 } from '@scaleway/sdk-secret'
import { chestnutVersion } from '../../core/index.ts'
import type { ScalewayAccess } from './access.ts'

/** The parts of Scaleway's SDK that we use, speaking through one `fetch`. */
export interface Sdk {
  readonly instance: Instancev1.API
  readonly block: Blockv1.API
  readonly marketplace: Marketplacev2.API
  readonly catalogue: ProductCatalogv2alpha1.PublicCatalogAPI
  readonly jobs: Jobsv1alpha1.API
  readonly secrets: Secretv1beta1.API
}

export type SdkErrors = typeof import('@scaleway/sdk-client')['Errors']

/** The SDK takes a while to load, and is loaded only when Scaleway is asked something. */
export async function loadSdk(): Promise<SdkModules> {
  const [client, instance, block, marketplace, catalogue, jobs, secrets] = await Promise.all([
    import('@scaleway/sdk-client'),
    import('@scaleway/sdk-instance'),
    import('@scaleway/sdk-block'),
    import('@scaleway/sdk-marketplace'),
    import('@scaleway/sdk-product-catalog'),
    import('@scaleway/sdk-jobs'),
    import('@scaleway/sdk-secret'),
  ])
  const suffix = `chestnut/${chestnutVersion()}`
  return {
    errors: client.Errors,
    open: (access, http) => {
      const { createAdvancedClient, withHTTPClient, withProfile, withUserAgentSuffix } = client
      // No default zone: each call names its own, and the catalogue would take one for a filter.
      const opened = createAdvancedClient(
        withProfile({
          accessKey: access.accessKey,
          secretKey: access.revealSecretKey(),
          apiURL: access.apiURL,
          defaultProjectId: access.projectId,
        }),
        withHTTPClient(http),
        withUserAgentSuffix(suffix),
      )
      // Each is made when it is used: a client lives for one call.
      return {
        get instance() {
          return new instance.Instancev1.API(opened)
        },
        get block() {
          return new block.Blockv1.API(opened)
        },
        get marketplace() {
          return new marketplace.Marketplacev2.API(opened)
        },
        get catalogue() {
          return new catalogue.ProductCatalogv2alpha1.PublicCatalogAPI(opened)
        },
        get jobs() {
          return new jobs.Jobsv1alpha1.API(opened)
        },
        get secrets() {
          return new secrets.Secretv1beta1.API(opened)
        },
      }
    },
  }
}

export interface SdkModules {
  readonly errors: SdkErrors
  open(access: ScalewayAccess, http: typeof fetch): Sdk
}
