// How a GPU machine starts: room for the image and the data, an encrypted disk, and a metadata service that asks for a
// token and answers the machine itself, not a bridged container.
import { BlockDeviceVolume, EbsDeviceVolumeType, LaunchTemplate } from "aws-cdk-lib/aws-ec2";
import type { Construct } from "constructs";
import { spotNoticeUserData } from "./spot-notice.ts";

export const DISK_GB = 100;

/** One for all environments of the scope. */
export function gpuLaunchTemplate(scope: Construct): LaunchTemplate {
  const existing = scope.node.tryFindChild("GpuTemplate") as LaunchTemplate | undefined;
  if (existing) return existing;
  return new LaunchTemplate(scope, "GpuTemplate", {
    userData: spotNoticeUserData(),
    requireImdsv2: true,
    httpPutResponseHopLimit: 1,
    blockDevices: [
      {
        deviceName: "/dev/xvda",
        volume: BlockDeviceVolume.ebs(DISK_GB, {
          encrypted: true,
          volumeType: EbsDeviceVolumeType.GP3,
          deleteOnTermination: true,
        }),
      },
    ],
  });
}
