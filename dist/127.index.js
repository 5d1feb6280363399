export const id=127,ids=[127],modules={8127:((M,E,_)=>{_.d(E,{setCredentialFeature:()=>O.gD});var O=_(3129),D=_(3733),P=_(9609),s=_(3741),n=_(6129),W=_(8810)})};
